#include "app/gui/pages/plan_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

#include "app/gui/pages/plan_controls.h"
#include "app/gui/session.h"
#include "app/gui/widgets/data_table.h"
#include "app/gui/widgets/plot_view.h"

namespace moe::gui {

PlanPage::PlanPage(Session& session, QWidget* parent)
    : FramedPage("plan", tr("Plan"),
                 tr("Which model to train and serve: what a budget buys, what each expert count "
                    "costs, and how sure that is."),
                 session, parent),
      presenter_(*this, [&session](const std::string& fit) { return session.lawFile(fit); }),
      controls_(new PlanControls(presenter_, this)),
      curves_(new PlotView(this)),
      table_(new DataTable(this)),
      kept_(new QLabel(this)),
      map_(new PlotView(this)),
      over_training_(new PlotView(this)),
      tornado_(new PlotView(this)),
      keep_(new QToolButton(this)),
      forget_(new QToolButton(this)) {
  constexpr int kRestMilliseconds = 120;
  frame_->addQuestion(controls_);
  addTabs();
  addKeepButtons();
  rest_.setSingleShot(true);
  rest_.setInterval(kRestMilliseconds);
  connect(&rest_, &QTimer::timeout, this, &PlanPage::rest);
  connect(controls_, &PlanControls::edited, this, &PlanPage::edited);
  connect(controls_, &PlanControls::fitWanted, this, [this] { emit pageWanted("fit"); });
  connect(controls_, &PlanControls::planChosen, this, [this](const QString& name) {
    presenter_.choosePlan(name.toStdString());
    ask();
  });
  connectSession();
  presenter_.projectChanged(session.project());
}

void PlanPage::addTabs() {
  constexpr int kPlotShare = 640;
  constexpr int kTableShare = 360;
  auto* split = new QSplitter(Qt::Vertical, this);
  auto* below = new QWidget(split);
  auto* rows = new QVBoxLayout(below);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSizeConstraint(QLayout::SetMinAndMaxSize);  // the splitter heeds the table's
  kept_->setObjectName("kept");
  kept_->setWordWrap(true);
  kept_->hide();
  rows->addWidget(kept_);
  rows->addWidget(table_, 1);
  split->addWidget(curves_);
  split->addWidget(below);
  split->setStretchFactor(0, 3);
  split->setStretchFactor(1, 1);
  split->setSizes({kPlotShare, kTableShare});
  split->setChildrenCollapsible(false);
  curves_->setObjectName("curves");
  table_->setObjectName("configurations");
  table_->setAccessibleName(tr("Configurations"));
  table_->setMinimumHeight(110);
  table_->setNoTallerThanRows();
  map_->setObjectName("map");
  over_training_->setObjectName("over_training");
  tornado_->setObjectName("tornado");
  frame_->addTab(split, tr("Choice"));
  map_tab_ = frame_->addTab(map_, tr("Map of N and D"));
  over_training_tab_ = frame_->addTab(over_training_, tr("Over-training"));
  tornado_tab_ = frame_->addTab(tornado_, tr("What it depends on"));
  for (const int tab : {map_tab_, over_training_tab_, tornado_tab_})
    frame_->tabs().setTabVisible(tab, false);
  for (PlotView* view : {curves_, map_, over_training_, tornado_})
    connect(view, &PlotView::problem, this, &Page::problem);
  connect(curves_, &PlotView::clicked, table_, &DataTable::selectId);
  connect(&frame_->tabs(), &QTabWidget::currentChanged, this, [this] {
    if (!answering_ && !rest_.isActive()) rest();
  });
}

void PlanPage::addKeepButtons() {
  auto* corner = new QWidget(this);
  auto* layout = new QHBoxLayout(corner);
  layout->setContentsMargins(0, 0, 0, 2);
  keep_->setObjectName("keep");
  keep_->setText(tr("Keep this plan"));
  keep_->setToolTip(tr("Draws this plan behind those that follow, and compares figures with it"));
  forget_->setObjectName("forget");
  forget_->setText(tr("Drop the kept plan"));
  layout->addWidget(keep_);
  layout->addWidget(forget_);
  frame_->tabs().setCornerWidget(corner);
  connect(keep_, &QToolButton::clicked, this, [this] { presenter_.keep(); });
  connect(forget_, &QToolButton::clicked, this, [this] { presenter_.forgetKept(); });
  keep_->setEnabled(false);
  forget_->hide();
}

void PlanPage::connectSession() {
  connect(&jobs_, &JobRunner::broke, this, [this](const QString& message) {
    answering_ = false;
    emit problem(message);
    settled();
  });
  connect(&session_, &Session::opened, this, [this] {
    jobs_.drop();
    answering_ = false;
    presenter_.opened();
    asked_ = {};
    stale_ = true;
  });
  connect(&session_, &Session::projectChanged, this, &PlanPage::projectChanged);
  const auto law_changed = [this] {
    presenter_.lawChanged();
    stale_ = true;
    if (isVisible()) ask();
  };
  connect(&session_, &Session::fitDone, this, law_changed);
  connect(&watched_, &WatchedFiles::changed, this, [this, law_changed](const QStringList& files) {
    emit message(tr("%1 was changed by another program and read again").arg(files.front()));
    law_changed();
  });
}

void PlanPage::watchLaw() {
  const auto law = lawOf(presenter_.state());
  const bool file = law && law->kind == LawChoice::Kind::kFile;
  watched_.watch(file ? std::vector{law->name} : std::vector<std::string>{});
}

void PlanPage::edited(const QString& what, const QString& merge_key, bool moving) {
  moving_ = moving;
  session_.edit(presenter_.withQuestion(session_.project()), what.toStdString(),
                merge_key.toStdString());
  moving_ = false;
}

void PlanPage::projectChanged() {
  const auto before = lawOf(presenter_.state());
  presenter_.projectChanged(session_.project());
  const auto now = lawOf(presenter_.state());
  if (!before || !now || before->kind != now->kind || before->name != now->name) watchLaw();
  if (isVisible()) ask();
}

/// A slider's step waits for the answer before, unless that one is being priced for seconds; any
/// other change stops it.
void PlanPage::ask() {
  const auto question = presenter_.toAsk();
  if (question) controls_->offerLaw(false, {});
  if (!question) {
    jobs_.stop();
    rest_.stop();
    asked_ = {};
    return settled();
  }
  if (!stale_ && *question == asked_) return;
  quick_ = moving_;
  if (moving_ && answering_ && !pricing_) {
    again_ = true;
    return;
  }
  startAnswer();
}

void PlanPage::startAnswer() {
  const auto question = presenter_.toAsk();
  if (!question) return settled();
  again_ = stale_ = detailed_ = has_tornado_ = false;
  rest_.stop();
  asked_ = *question;
  answering_ = true;
  const PlanPace pace = paceNow();
  pricing_ = pace != PlanPace::kSketch && canSketch(asked_, presenter_.known());
  using Answer = Result<std::shared_ptr<const PlanPicture>>;
  jobs_.start<Answer>(
      [asked = asked_, known = presenter_.known(), pace](std::stop_token stop,
                                                         const ProgressSink& progress) {
        return planPicture(asked, known, pace, stop, progress);
      },
      [this](const Answer& picture) {
        answering_ = false;
        if (asked_ == ProjectPlan{}) return;  // there is no law any more
        presenter_.answered(picture);
        if (picture) emit curvesShown();
        if (again_) return startAnswer();
        if (!picture) return settled();
        if ((*picture)->sketch && !quick_) return startAnswer();
        rest_.start();
      });
}

/// Where exact prices are missing, a sketch of the same question comes before them.
PlanPace PlanPage::paceNow() const {
  const auto& now = presenter_.picture();
  const bool sketched = now && now->sketch && now->asked == asked_;
  if (!sketched && canSketch(asked_, presenter_.known())) return PlanPace::kSketch;
  return quick_ ? PlanPace::kQuick : PlanPace::kFull;
}

void PlanPage::startDetails() {
  jobs_.start<PlanDetails>(
      [picture = presenter_.picture()](std::stop_token, const ProgressSink&) {
        return planDetails(*picture);
      },
      [this](const PlanDetails& details) {
        detailed_ = true;
        presenter_.detailed(details);
        rest();
      });
}

void PlanPage::startTornado() {
  jobs_.start<report::PlotSpec>(
      [picture = presenter_.picture()](std::stop_token stop, const ProgressSink& progress) {
        return planTornado(*picture, stop, progress);
      },
      [this](const report::PlotSpec& plot) {
        has_tornado_ = true;
        presenter_.tornadoMade(plot);
        rest();
      });
}

bool PlanPage::wantsTornado() const {
  return frame_->tabs().currentIndex() == tornado_tab_ && presenter_.state().mode == "lifetime";
}

/// Does what is left to do for the present answer, a piece at a time.
void PlanPage::rest() {
  if (answering_ || !presenter_.picture()) return;
  if (presenter_.picture()->quick) {
    quick_ = false;
    return startAnswer();
  }
  if (!detailed_) return startDetails();
  if (wantsTornado() && !has_tornado_) return startTornado();
  settled();
}

void PlanPage::settled() {
  if (settled_) std::exchange(settled_, nullptr)();
}

void PlanPage::shown() { ask(); }

void PlanPage::settle(std::function<void()> done) {
  settled_ = std::move(done);
  stale_ = true;
  ask();
}

void PlanPage::setTheme(const plot::PlotTheme& theme) {
  for (PlotView* view : {curves_, map_, over_training_, tornado_}) view->setTheme(theme);
}

void PlanPage::showQuestion() { controls_->refresh(); }

void PlanPage::showHeadline(const std::string& headline, const std::string& detail) {
  FramedPage::showHeadline(headline, detail);
  keep_->setEnabled(true);
  frame_->tabs().setTabVisible(tornado_tab_, presenter_.state().mode == "lifetime");
}

void PlanPage::showCurves(const report::PlotSpec& plot) { curves_->show(plot); }

void PlanPage::showTable(const TableData& table) { table_->setTable(table); }

void PlanPage::showDetails(const PlanDetails& details) {
  const auto showOrHide = [this](int tab, PlotView& view,
                                 const std::optional<report::PlotSpec>& plot) {
    frame_->tabs().setTabVisible(tab, plot.has_value());
    if (plot) view.show(*plot);
  };
  showOrHide(map_tab_, *map_, details.map);
  showOrHide(over_training_tab_, *over_training_, details.over_training);
}

void PlanPage::showTornado(const report::PlotSpec& plot) { tornado_->show(plot); }

void PlanPage::showKept(const std::string& sentence) {
  kept_->setText(QString::fromStdString(sentence));
  kept_->setVisible(!sentence.empty());
  forget_->setVisible(!sentence.empty());
}

void PlanPage::showNoLaw(const std::string& lesson, const std::string& fit) {
  frame_->showEmpty(QString::fromStdString(lesson));
  controls_->offerLaw(true, QString::fromStdString(fit));
}

}  // namespace moe::gui
