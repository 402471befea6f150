#include "app/gui/pages/verify_page.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QStandardPaths>
#include <QTabWidget>
#include <utility>

#include "app/gui/presenters/dropped_file.h"
#include "app/gui/widgets/data_table.h"
#include "app/gui/widgets/plot_view.h"
#include "app/gui/widgets/section_label.h"

namespace moe::gui {
namespace {

const char* const kMachineSetting = "verify/machine";

/// Where a calibration made here lies, so that it is there the next time.
QString ownCalibration() {
  return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + "/host.toml";
}

DataTable* makeTable(const QString& name, const QString& title, QWidget* parent) {
  auto* table = new DataTable(parent);
  table->setObjectName(name);
  table->setAccessibleName(title);
  return table;
}

/// Two widgets above each other, with a handle between.
QSplitter* stacked(QWidget* above, DataTable* below, QWidget* parent) {
  constexpr int kAbove = 640;
  constexpr int kBelow = 260;
  constexpr int kLeastTable = 110;
  auto* split = new QSplitter(Qt::Vertical, parent);
  split->addWidget(above);
  split->addWidget(below);
  below->setMinimumHeight(kLeastTable);
  below->setNoTallerThanRows();
  split->setStretchFactor(0, 3);
  split->setStretchFactor(1, 1);
  split->setSizes({kAbove, kBelow});
  split->setChildrenCollapsible(false);
  return split;
}

}  // namespace

VerifyPage::VerifyPage(Session& session, QWidget* parent)
    : FramedPage(
          "verify", tr("Verify"),
          tr("How far predictions are from measurements: of published serving systems, and of "
             "layers that run on this machine."),
          session, parent),
      machine_(new QLabel(this)),
      quick_(new QCheckBox(tr("Quick: coarser, in a quarter of the time"), this)),
      points_file_(new QLabel(this)),
      by_(new QComboBox(this)),
      points_(new PlotView(this)),
      sets_(makeTable("sets", tr("Errors of all, clean and core rows"), this)),
      point_groups_(makeTable("point_groups", tr("Errors by group"), this)),
      checks_(new PlotView(this)),
      claims_(makeTable("claims", tr("The paper's claims on this machine"), this)),
      rows_(makeTable("verdicts", tr("Layers and blocks with their verdicts"), this)),
      groups_(makeTable("groups", tr("Errors by property of the layers"), this)),
      bandwidth_(new PlotView(this)),
      figures_(makeTable("figures", tr("What calibration measured"), this)) {
  addPointQuestions();
  addMachineQuestions();
  addTabs();
  connect(&jobs_, &JobRunner::broke, this, [this](const QString& what) {
    put_off_ = nullptr;
    emit problem(what);
  });
  checks_->show(VerifyPresenter::unmeasuredPlot());
  bandwidth_->show(VerifyPresenter::uncalibratedPlot());
  showChoices();
}

QPushButton* VerifyPage::addButton(const QString& name, const QString& text, const QString& help) {
  auto* button = new QPushButton(text, this);
  button->setObjectName(name);
  button->setToolTip(help);
  frame_->addQuestion(button);
  return button;
}

void VerifyPage::addPointQuestions() {
  frame_->addQuestion(sectionLabel(tr("Published measurements"), this));
  points_file_->setWordWrap(true);
  points_file_->setObjectName("points_file");
  frame_->addQuestion(points_file_);
  auto* box = new QWidget(this);
  auto* form = new QFormLayout(box);
  form->setContentsMargins(0, 0, 0, 0);
  by_->setObjectName("by");
  by_->setAccessibleName(tr("Groups"));
  by_->setToolTip(tr("What the groups of the table have in common"));
  for (const VerifyPresenter::Grouping& grouping : VerifyPresenter::groupings())
    by_->addItem(QString::fromUtf8(grouping.label.data(), static_cast<int>(grouping.label.size())));
  form->addRow(tr("Groups"), by_);
  frame_->addQuestion(box);
  connect(by_, &QComboBox::activated, this, [this](int index) {
    presenter_.choices().by = VerifyPresenter::groupings()[static_cast<std::size_t>(index)].keys;
    startPublished();
  });
  auto* open =
      addButton("open_points", tr("Open my &measurements ..."),
                tr("A table with model, hardware, engine, concurrency, lengths and tpot_s or "
                   "ttft_s, as moeplan validate takes it"));
  connect(open, &QPushButton::clicked, this, [this] {
    const QString file = QFileDialog::getOpenFileName(this, tr("Measured serving points"), {},
                                                      tr("Tables (*.csv *.gz);;All files (*)"));
    if (!file.isEmpty()) usePoints(file);
  });
  auto* shipped = addButton("shipped_points", tr("Use the points that ship"), {});
  connect(shipped, &QPushButton::clicked, this, [this] { usePoints({}); });
}

void VerifyPage::addMachineQuestions() {
  frame_->addQuestion(sectionLabel(tr("This machine"), this));
  machine_->setWordWrap(true);
  machine_->setObjectName("machine");
  frame_->addQuestion(machine_);
  quick_->setObjectName("quick");
  quick_->setToolTip(tr("Both calibration and verification"));
  frame_->addQuestion(quick_);
  connect(quick_, &QCheckBox::toggled, this, [this](bool on) { presenter_.choices().quick = on; });
  auto* calibrate =
      addButton("calibrate", tr("&Calibrate"),
                tr("Measures this machine as an accelerator. Nothing else should run meanwhile."));
  connect(calibrate, &QPushButton::clicked, this, &VerifyPage::calibrate);
  auto* verify = addButton("verify_button", tr("Ver&ify"),
                           tr("Runs layers and blocks and compares them with their predictions"));
  connect(verify, &QPushButton::clicked, this, &VerifyPage::verify);
  auto* machine = addButton("open_calibration", tr("Open a calibration ..."),
                            tr("A file of moeplan calibrate --out"));
  connect(machine, &QPushButton::clicked, this, [this] {
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Calibrated machine"), {}, tr("Machines (*.toml)"));
    if (!file.isEmpty()) openCalibration(file);
  });
  auto* document = addButton("open_verification", tr("Open a verification ..."),
                             tr("A document of moeplan verify --json --out"));
  connect(document, &QPushButton::clicked, this, [this] {
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Verification"), {}, tr("Documents (*.json)"));
    if (!file.isEmpty()) openVerification(file);
  });
  connect(&jobs_, &JobRunner::runningChanged, this, [this, calibrate, verify](bool running) {
    if (!running) measuring_ = false;
    calibrate->setEnabled(!running);
    verify->setEnabled(!running);
  });
}

void VerifyPage::addTabs() {
  points_->setObjectName("points");
  checks_->setObjectName("checks");
  bandwidth_->setObjectName("bandwidth");
  frame_->addTab(stacked(points_, sets_, this), tr("Published points"));
  frame_->addTab(point_groups_, tr("Their groups"));
  machine_tab_ = frame_->addTab(stacked(checks_, claims_, this), tr("This machine"));
  frame_->addTab(rows_, tr("Verdicts"));
  frame_->addTab(groups_, tr("Groups"));
  frame_->addTab(stacked(bandwidth_, figures_, this), tr("Calibration"));
  for (PlotView* view : {points_, checks_, bandwidth_})
    connect(view, &PlotView::problem, this, &Page::problem);
  connect(checks_, &PlotView::clicked, this, [this](const QString& id) {
    showTab(rows_);
    rows_->selectId(id);
  });
  connect(&frame_->tabs(), &QTabWidget::currentChanged, this, [this](int tab) {
    presenter_.showTopic(tab < machine_tab_ ? VerifyTopic::kPublished : VerifyTopic::kMachine);
  });
}

/// The tab that holds the widget comes to the front.
void VerifyPage::showTab(QWidget* widget) {
  for (int tab = 0; tab < frame_->tabs().count(); ++tab) {
    QWidget* page = frame_->tabs().widget(tab);
    if (page == widget || page->isAncestorOf(widget)) frame_->tabs().setCurrentIndex(tab);
  }
}

void VerifyPage::shown() {
  if (!std::exchange(opened_, true)) {
    const QString machine = QSettings().value(kMachineSetting, ownCalibration()).toString();
    if (QFileInfo::exists(machine)) return startOpening(machine, false);
  }
  if (stale_ && !jobs_.running()) startPublished();
}

/// A measurement takes minutes, and another piece of work would stop it: whether the work has to
/// wait until it has ended.
bool VerifyPage::putOff(const QString& file, std::function<void()> work) {
  if (!measuring_) return false;
  put_off_ = std::move(work);
  emit problem(tr("%1 is opened when the measurement has ended.").arg(file));
  return true;
}

void VerifyPage::startPublished() {
  stale_ = true;
  if (measuring_) return;  // answered() starts it
  jobs_.start<Result<PublishedPicture>>(
      [request = presenter_.validateRequest()](std::stop_token stop, const ProgressSink& progress) {
        return publishedPicture(request, stop, progress);
      },
      [this](const Result<PublishedPicture>& picture) {
        stale_ = false;  // also where it failed: another choice starts it again
        presenter_.published(picture);
        answered();
      });
}

void VerifyPage::usePoints(const QString& file) {
  presenter_.choices().points_file = file.toStdString();
  showChoices();
  showTab(points_);
  startPublished();
}

void VerifyPage::calibrate() {
  const QString file = ownCalibration();
  QDir().mkpath(QFileInfo(file).path());
  showTab(bandwidth_);
  measuring_ = true;
  jobs_.start<Result<CalibrationPicture>>(
      [request = presenter_.calibrateRequest(file.toStdString())](std::stop_token stop,
                                                                  const ProgressSink& progress) {
        const auto kernels = cpuKernelSet();
        return calibrationPicture(request, hostBench(*kernels, 0), calibrationPlan(request.quick),
                                  stop, progress);
      },
      [this](const Result<CalibrationPicture>& picture) {
        presenter_.calibrated(picture);
        answered();
      });
}

void VerifyPage::openCalibration(const QString& file) { startOpening(file, true); }

void VerifyPage::startOpening(const QString& file, bool to_front) {
  if (putOff(file, [this, file, to_front] { startOpening(file, to_front); })) return;
  jobs_.start<Result<CalibrationPicture>>(
      [path = file.toStdString()](std::stop_token, const ProgressSink&) {
        const auto kernels = cpuKernelSet();
        return openedCalibration(path, hostBench(*kernels, 0));
      },
      [this, to_front](const Result<CalibrationPicture>& picture) {
        presenter_.calibrated(picture);
        if (picture && to_front) showTab(bandwidth_);
        answered();
      });
}

void VerifyPage::verify() {
  showTab(checks_);
  measuring_ = true;
  jobs_.start<Result<VerificationPicture>>(
      [request = presenter_.verifyRequest()](std::stop_token stop, const ProgressSink& progress) {
        const auto kernels = cpuKernelSet();
        return verificationPicture(request, hostBench(*kernels, 0), stop, progress);
      },
      [this](const Result<VerificationPicture>& picture) {
        presenter_.verified(picture);
        answered();
      });
}

void VerifyPage::openVerification(const QString& file) {
  if (putOff(file, [this, file] { openVerification(file); })) return;
  jobs_.start<Result<VerificationPicture>>(
      [path = file.toStdString()](std::stop_token, const ProgressSink&) {
        return openedVerification(path);
      },
      [this](const Result<VerificationPicture>& picture) {
        presenter_.verified(picture);
        if (picture) showTab(checks_);
        answered();
      });
}

/// What was put off while other work ran.
void VerifyPage::answered() {
  if (put_off_) return std::exchange(put_off_, nullptr)();
  if (stale_) return startPublished();
  if (settled_) std::exchange(settled_, nullptr)();
}

bool VerifyPage::takeFiles(const QStringList& files) {
  const QString file = files.front();
  switch (droppedKind(file.toStdString())) {
    case DroppedKind::kMachine:
      openCalibration(file);
      return true;
    case DroppedKind::kVerification:
      openVerification(file);
      return true;
    case DroppedKind::kServing:
      usePoints(file);
      return true;
    default:
      return false;
  }
}

void VerifyPage::settle(std::function<void()> done) {
  settled_ = std::move(done);
  shown();
  if (!jobs_.running()) answered();
}

void VerifyPage::setTheme(const plot::PlotTheme& theme) {
  for (PlotView* view : {points_, checks_, bandwidth_}) view->setTheme(theme);
}

void VerifyPage::showChoices() {
  const VerifyChoices& choices = presenter_.choices();
  quick_->setChecked(choices.quick);
  machine_->setText(QString::fromStdString(presenter_.machineSentence()));
  points_file_->setText(choices.points_file.empty() ? tr("The serving points that ship")
                                                    : QString::fromStdString(choices.points_file));
  if (!choices.machine_file.empty())
    QSettings().setValue(kMachineSetting, QString::fromStdString(choices.machine_file));
}

void VerifyPage::showPublished(const PublishedPicture& picture) {
  points_->show(picture.points);
  sets_->setTable(picture.sets);
  point_groups_->setTable(picture.groups);
}

void VerifyPage::showVerification(const VerificationPicture& picture) {
  checks_->show(picture.checks);
  claims_->setTable(picture.claims);
  rows_->setTable(picture.rows);
  groups_->setTable(picture.groups);
}

void VerifyPage::showCalibration(const CalibrationPicture& picture) {
  bandwidth_->show(picture.bandwidth);
  figures_->setTable(picture.figures);
}

void VerifyPage::showProblem(const std::string& text) {
  emit problem(QString::fromStdString(text));
}

}  // namespace moe::gui
