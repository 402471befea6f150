#pragma once

#include <QSize>
#include <QString>

namespace moe::gui {

class MainWindow;

struct ScreenshotRequest {
  QString file;  ///< PNG
  QString page;
  QString tab;  ///< its title, or how it begins; empty: that which the page shows
  QSize size{1280, 800};
};

/// Shows the page with its answers and writes a picture of the window. Runs the event loop until it
/// is done. Returns the program's exit code: 0, 2 for an unknown page or tab, 3 for a file that
/// cannot be written.
int takeScreenshot(MainWindow& window, const ScreenshotRequest& request);

}  // namespace moe::gui
