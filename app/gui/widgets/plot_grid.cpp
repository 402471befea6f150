#include "app/gui/widgets/plot_grid.h"

#include <QGridLayout>
#include <algorithm>

namespace moe::gui {

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
  if (shown_ == plots.size()) return;
  shown_ = plots.size();
  arrange();
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
  for (PlotView* view : views_) grid_->removeWidget(view);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    views_[i]->setVisible(i < shown_);
    const int at = static_cast<int>(i);
    if (i < shown_) grid_->addWidget(views_[i], at / columns, at % columns);
  }
}

void PlotGrid::resizeEvent(QResizeEvent* event) {
  QScrollArea::resizeEvent(event);
  if (shown_ > 0) arrange();
}

}  // namespace moe::gui
