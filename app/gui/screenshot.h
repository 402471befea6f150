#pragma once

#include <QSize>
#include <QString>

namespace moe::gui {

class MainWindow;

struct ScreenshotRequest {
  QString file;  ///< PNG
  QString page;
  QSize size{1280, 800};
};

/// Shows the page with its answers and writes a picture of the window. Runs the event loop until it
/// is done. Returns the program's exit code: 0, 2 for an unknown page, 3 for a file that cannot be
/// written.
int takeScreenshot(MainWindow& window, const ScreenshotRequest& request);

}  // namespace moe::gui
