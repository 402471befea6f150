#include "app/gui/widgets/plot_view.h"

#include <qcustomplot.h>

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/plot/draw_plot.h"
#include "app/plot/export_plot.h"
#include "app/plot/plot_hit.h"

namespace moe::gui {
namespace {

constexpr double kWheelStep = 0.85;
constexpr double kKeyStep = 0.8;
constexpr double kClickDistance = 4;  // pixels that a click may move

/// Moves a range by a share of its length, in the logarithm on logarithmic axes.
void shiftAxis(QCPAxis& axis, double share) {
  const QCPRange range = axis.range();
  if (axis.scaleType() == QCPAxis::stLogarithmic) {
    const double factor = std::pow(range.upper / range.lower, share);
    axis.setRange(range.lower * factor, range.upper * factor);
  } else {
    axis.setRange(range.lower + range.size() * share, range.upper + range.size() * share);
  }
}

void scaleAxis(QCPAxis& axis, double factor) {
  const QCPRange range = axis.range();
  const double centre = axis.scaleType() == QCPAxis::stLogarithmic
                            ? std::sqrt(range.lower * range.upper)
                            : range.center();
  axis.scaleRange(factor, centre);
}

}  // namespace

PlotView::PlotView(QWidget* parent) : QWidget(parent), canvas_(new QCustomPlot(this)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(canvas_);
  constexpr int kRestMilliseconds = 40;
  resized_.setSingleShot(true);
  resized_.setInterval(kRestMilliseconds);
  connect(&resized_, &QTimer::timeout, this, &PlotView::redraw);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(280, 220);
  setAccessibleName(tr("Plot"));
  canvas_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);  // this widget sets the least
  canvas_->setContextMenuPolicy(Qt::CustomContextMenu);
  canvas_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  canvas_->installEventFilter(this);
  connect(canvas_, &QCustomPlot::mousePress, this,
          [this](QMouseEvent* event) { pressed_ = event->position(); });
  connect(canvas_, &QCustomPlot::mouseRelease, this,
          [this](QMouseEvent* event) { released(event->position()); });
  connect(canvas_, &QCustomPlot::mouseDoubleClick, this, [this] { showAll(); });
  connect(canvas_, &QCustomPlot::mouseWheel, this, [this] { zoomed_ = true; });
  connect(canvas_, &QWidget::customContextMenuRequested, this, &PlotView::showMenu);
}

void PlotView::show(const report::PlotSpec& spec) {
  if (spec.key != spec_->key) {
    hidden_.clear();
    zoomed_ = false;
  }
  spec_ = std::make_shared<const report::PlotSpec>(spec);
  setAccessibleName(plot::textOf(spec.title));
  setAccessibleDescription(plot::textOf(spec.sentence));
  canvas_->setAccessibleName(accessibleName());
  canvas_->setAccessibleDescription(accessibleDescription());
  redraw();
}

void PlotView::setTheme(const plot::PlotTheme& theme) {
  theme_ = theme;
  redraw();
}

/// A hundred thousand runs are not copied where nothing is hidden.
std::shared_ptr<const report::PlotSpec> PlotView::visibleSpec() const {
  if (hidden_.empty()) return spec_;
  report::PlotSpec visible = *spec_;
  // Hidden series keep their place in the legend, without data.
  for (report::PlotSeries& series : visible.series) {
    if (!hidden_.contains(series.name)) continue;
    const std::string name = series.name;
    const report::PlotColor color = series.color;
    series = report::PlotSeries{};
    series.name = name;
    series.color = color;
    series.dashed = true;
  }
  std::erase_if(visible.bars,
                [&](const report::PlotBar& bar) { return hidden_.contains(bar.name); });
  return std::make_shared<const report::PlotSpec>(std::move(visible));
}

/// What nobody sees is drawn when it is shown: a fit has a dozen plots, most of them behind tabs.
void PlotView::redraw() {
  shown_ = visibleSpec();
  undrawn_ = !isVisible();
  if (undrawn_) return;
  QCPAxisRect* before = plot::axesOf(*canvas_);
  const bool keep = zoomed_ && before != nullptr;
  const QCPRange x = keep ? before->axis(QCPAxis::atBottom)->range() : QCPRange();
  const QCPRange y = keep ? before->axis(QCPAxis::atLeft)->range() : QCPRange();
  constexpr int kRoomForNotes = 360;  // pixels; in less they would press the axes flat
  plot::draw(*shown_, *canvas_, {.theme = theme_, .notes = height() >= kRoomForNotes});
  QCPAxisRect* now = plot::axesOf(*canvas_);
  if (now != nullptr) {
    now->setRangeZoomFactor(kWheelStep);
    if (keep) {
      now->axis(QCPAxis::atBottom)->setRange(x);
      now->axis(QCPAxis::atLeft)->setRange(y);
    }
  }
  canvas_->replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (undrawn_) redraw();
}

void PlotView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  // Headings, legend and notes are laid out for a size; the canvas itself follows every pixel.
  if (!undrawn_) resized_.start();
}

void PlotView::showAll() {
  zoomed_ = false;
  redraw();
}

void PlotView::zoom(double factor) {
  QCPAxisRect* axes = plot::axesOf(*canvas_);
  if (axes == nullptr) return;
  scaleAxis(*axes->axis(QCPAxis::atBottom), factor);
  scaleAxis(*axes->axis(QCPAxis::atLeft), factor);
  zoomed_ = true;
  canvas_->replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::pan(double x, double y) {
  QCPAxisRect* axes = plot::axesOf(*canvas_);
  if (axes == nullptr) return;
  shiftAxis(*axes->axis(QCPAxis::atBottom), x);
  shiftAxis(*axes->axis(QCPAxis::atLeft), y);
  zoomed_ = true;
  canvas_->replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::released(const QPointF& at) {
  if ((at - pressed_).manhattanLength() > kClickDistance) {
    zoomed_ = true;
    return;
  }
  setFocus();
  const std::string name = plot::legendNameAt(*canvas_, at);
  if (!name.empty()) return toggleSeries(name);
  const auto hit = plot::hitAt(*shown_, *canvas_, at);
  if (hit && !hit->id.empty()) emit clicked(plot::textOf(hit->id));
}

void PlotView::toggleSeries(const std::string& name) {
  if (hidden_.erase(name) == 0) hidden_.insert(name);
  redraw();
}

bool PlotView::eventFilter(QObject* watched, QEvent* event) {
  if (watched == canvas_ && event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto hit = plot::hitAt(*shown_, *canvas_, help->pos());
    if (hit && !hit->label.empty())
      QToolTip::showText(help->globalPos(), plot::textOf(hit->label), canvas_);
    else
      QToolTip::hideText();
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

void PlotView::keyPressEvent(QKeyEvent* event) {
  constexpr double kPan = 0.1;
  if (event->matches(QKeySequence::Copy)) return copyPicture();
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(kKeyStep);
    case Qt::Key_Minus:
      return zoom(1 / kKeyStep);
    case Qt::Key_Home:
    case Qt::Key_0:
      return showAll();
    case Qt::Key_Left:
      return pan(-kPan, 0);
    case Qt::Key_Right:
      return pan(kPan, 0);
    case Qt::Key_Up:
      return pan(0, kPan);
    case Qt::Key_Down:
      return pan(0, -kPan);
    case Qt::Key_Menu:
      return showMenu(canvas_->rect().center());
    default:
      QWidget::keyPressEvent(event);
  }
}

/// Shift+F10 and, on most desktops, the menu key; a click with the right button is the canvas's.
void PlotView::contextMenuEvent(QContextMenuEvent* event) {
  if (event->reason() == QContextMenuEvent::Keyboard) showMenu(canvas_->rect().center());
}

void PlotView::showMenu(const QPoint& at) {
  for (const QMenu* open : findChildren<QMenu*>())
    if (open->isVisible()) return;
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  menu->addAction(tr("Show &all"), this, &PlotView::showAll);
  addSeriesMenu(*menu);
  menu->addSeparator();
  menu->addAction(tr("&Copy picture"), this, &PlotView::copyPicture);
  menu->addAction(tr("Copy &data (CSV)"), this, &PlotView::copyData);
  menu->addAction(tr("&Export as SVG, PDF, PNG or CSV ..."), this, &PlotView::exportAs);
  menu->popup(canvas_->mapToGlobal(at));
}

/// What a click on the legend does, for the keyboard.
void PlotView::addSeriesMenu(QMenu& menu) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  };
  for (const report::PlotBar& bar : spec_->bars) add(bar.name);
  for (const report::PlotSeries& series : spec_->series) add(series.name);
  if (names.size() < 2) return;
  QMenu* series = menu.addMenu(tr("&Lines and points"));
  for (const std::string& name : names) {
    QAction* action =
        series->addAction(plot::textOf(name), this, [this, name] { toggleSeries(name); });
    action->setCheckable(true);
    action->setChecked(!hidden_.contains(name));
  }
}

void PlotView::copyPicture() {
  constexpr double kScale = 2;
  QApplication::clipboard()->setPixmap(canvas_->toPixmap(0, 0, kScale));
}

void PlotView::copyData() {
  QApplication::clipboard()->setText(plot::textOf(report::plotCsv(*spec_)));
}

void PlotView::exportAs() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Export plot"), plot::textOf(spec_->key) + ".svg",
                                   tr("Pictures and data (*.svg *.pdf *.png *.csv)"));
  if (!path.isEmpty()) exportTo(path);
}

bool PlotView::exportTo(const QString& path) {
  plot::ExportOptions options;
  options.size = canvas_->size().expandedTo({640, 420});
  const auto written = plot::exportPlot(*shown_, path.toStdString(), options);
  if (!written) emit problem(plot::textOf(describe(written.error())));
  return written.has_value();
}

}  // namespace moe::gui
