#include "app/report/document/report_drawing.h"

#include <algorithm>

namespace moe::report {

PictureSize pictureSize(const Figure& figure) {
  const PlotSpec& plot = figure.plot;
  if (figure.half) return {400, 320};
  constexpr int kBarRow = 34;
  constexpr int kAroundBars = 120;
  constexpr int kLeastBars = 190;
  PictureSize size;
  if (plot.y.categories.empty()) return size;
  const int rows = static_cast<int>(plot.y.categories.size());
  size.height = std::clamp(kAroundBars + kBarRow * rows, kLeastBars, 900);
  return size;
}

}  // namespace moe::report
