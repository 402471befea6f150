#pragma once

#include <functional>
#include <string>

#include "app/report/document/document.h"
#include "data/error.h"

namespace moe::report {

/// Size of a drawn plot in device-independent pixels.
struct PictureSize {
  int width = 760;
  int height = 440;
};

/// Where a picture stands.
enum class PictureFor {
  kLightPage,  ///< in a page that says its title, sentence and notes in the text around it
  kDarkPage,
  kItself,  ///< a file of its own, which says them itself; light
};

/// What draws: functions of app/plot, given by the program. Empty functions belong to a build
/// without them, which then says that it draws no plots. Calls must come from the main thread,
/// unless what gave them says otherwise.
struct ReportDrawing {
  /// A plot as an SVG document.
  std::function<Result<std::string>(const PlotSpec&, PictureSize, PictureFor)> svg;
  /// A whole document as PDF.
  std::function<Result<std::string>(const Document&)> pdf;
};

/// Room that a figure needs: more for many rows of bars.
PictureSize pictureSize(const Figure& figure);

/// Said wherever a plot is missing because the build cannot draw.
inline constexpr const char* kDrawsNothing = "this build of moeplan draws no plots";

}  // namespace moe::report
