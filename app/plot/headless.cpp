#include "app/plot/headless.h"

#include <QDir>
#include <QFontDatabase>

#include "app/plot/plot_theme.h"

namespace moe::plot {

void drawWithoutDisplay() {
  const bool display =
      qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY");
  if (display || qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) return;
  qputenv("QT_QPA_PLATFORM", "offscreen");
  if (!qEnvironmentVariableIsSet("XDG_RUNTIME_DIR"))
    qputenv("XDG_RUNTIME_DIR", QDir::tempPath().toUtf8());
}

bool hasPlotFont() { return QFontDatabase::hasFamily(lightTheme().family); }

}  // namespace moe::plot
