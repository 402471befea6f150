#pragma once

#include <QScrollArea>
#include <vector>

#include "app/gui/widgets/plot_view.h"

class QGridLayout;

namespace moe::gui {

/// Several plots side by side, in as many columns as there is room for. Where their least sizes are
/// more than the room, they scroll: plots never make the window larger than its user did.
class PlotGrid : public QScrollArea {
  Q_OBJECT

 public:
  explicit PlotGrid(QWidget* parent = nullptr);

  /// One view per plot; views are kept, so that what the user zoomed to stays.
  void show(const std::vector<report::PlotSpec>& plots);
  void setTheme(const plot::PlotTheme& theme);
  const std::vector<PlotView*>& views() const { return views_; }

 signals:
  void clicked(const QString& id);
  void problem(const QString& message);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void arrange();

  QWidget* inside_;
  QGridLayout* grid_;
  std::vector<PlotView*> views_;
  std::size_t shown_ = 0;
  std::size_t placed_ = 0;   ///< so many are in the grid
  int columns_ = 0;          ///< of it
  std::vector<int> shares_;  ///< of the height, by row
  plot::PlotTheme theme_ = plot::lightTheme();
};

}  // namespace moe::gui
