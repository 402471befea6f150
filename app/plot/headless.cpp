#include "app/plot/headless.h"

#include <QFontDatabase>

#include "app/plot/plot_theme.h"

namespace moe::plot {

void drawWithoutDisplay() {
  const bool display =
      qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY");
  if (display || qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) return;
  qputenv("QT_QPA_PLATFORM", "offscreen");
}

bool hasPlotFont() { return QFontDatabase::hasFamily(lightTheme().family); }

}  // namespace moe::plot
