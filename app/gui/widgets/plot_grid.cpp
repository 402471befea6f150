#include "app/gui/widgets/plot_grid.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <algorithm>

namespace moe::gui {
namespace {

/// Height that a plot wants beside others: a few bars need less than curves.
int heightShare(const report::PlotSpec& plot) {
  constexpr int kCurves = 6;
  constexpr int kFewestBars = 3;
  const auto rows = static_cast<int>(plot.y.categories.size());
  return rows == 0 ? kCurves : std::clamp(2 + rows, kFewestBars, kCurves);
}

}  // namespace

PlotGrid::PlotGrid(QWidget* parent)
    : QScrollArea(parent), inside_(new QWidget(this)), grid_(new QGridLayout(inside_)) {
  grid_->setContentsMargins(0, 4, 0, 0);
  setWidgetResizable(true);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFocusPolicy(Qt::NoFocus);  // the plots take it
  setWidget(inside_);
}

void PlotGrid::show(const std::vector<report::PlotSpec>& plots) {
  while (views_.size() < plots.size()) {
    auto* view = new PlotView(inside_);
    view->setTheme(theme_);
    connect(view, &PlotView::clicked, this, &PlotGrid::clicked);
    connect(view, &PlotView::problem, this, &PlotGrid::problem);
    views_.push_back(view);
  }
  for (std::size_t i = 0; i < plots.size(); ++i) {
    views_[i]->setObjectName(QString::fromStdString(plots[i].key));
    views_[i]->show(plots[i]);
  }
  shown_ = plots.size();
  if (isVisible()) arrange();  // else when it is shown: its width is not known yet
}

void PlotGrid::setTheme(const plot::PlotTheme& theme) {
  theme_ = theme;
  for (PlotView* view : views_) view->setTheme(theme);
}

void PlotGrid::arrange() {
  constexpr int kLeastWidth = 380;
  constexpr int kMostColumns = 3;
  const int count = static_cast<int>(shown_);
  const int room = std::clamp(width() / kLeastWidth, 1, kMostColumns);
  const int columns = std::min(room, count <= 4 ? std::max(1, (count + 1) / 2) : kMostColumns);
  std::vector<int> shares(shown_, 0);  // of rows
  for (std::size_t i = 0; i < shown_; ++i) {
    int& share = shares[i / static_cast<std::size_t>(columns)];
    share = std::max(share, heightShare(views_[i]->spec()));
  }
  if (placed_ == shown_ && columns == columns_ && shares == shares_) return;
  for (std::size_t row = 0; row < std::max(shares.size(), shares_.size()); ++row)
    grid_->setRowStretch(static_cast<int>(row), row < shares.size() ? shares[row] : 0);
  placed_ = shown_;
  columns_ = columns;
  shares_ = std::move(shares);
  for (PlotView* view : views_) grid_->removeWidget(view);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    views_[i]->setVisible(i < shown_);
    if (i >= shown_) continue;
    const int at = static_cast<int>(i);
    const bool last = i + 1 == shown_;  // takes what is left of its row
    const int wide = last ? columns - at % columns : 1;
    grid_->addWidget(views_[i], at / columns, at % columns, 1, wide);
  }
  // The scroll area looks at the least height again.
  QCoreApplication::postEvent(inside_, new QEvent(QEvent::LayoutRequest));
}

void PlotGrid::showEvent(QShowEvent* event) {
  QScrollArea::showEvent(event);
  arrange();
}

void PlotGrid::resizeEvent(QResizeEvent* event) {
  QScrollArea::resizeEvent(event);
  if (shown_ > 0) arrange();
}

}  // namespace moe::gui
