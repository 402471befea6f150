#include "app/gui/screenshot.h"

#include <QBuffer>
#include <QEventLoop>
#include <QPixmap>
#include <QTimer>
#include <cstdio>

#include "app/gui/main_window.h"
#include "app/gui/pages/page.h"
#include "app/workflows/write_file.h"

namespace moe::gui {
namespace {

constexpr int kUsage = 2;
constexpr int kInput = 3;

void settlePage(Page& page) {
  constexpr int kPaintMilliseconds = 200;
  QEventLoop loop;
  page.settle([&loop] { QTimer::singleShot(kPaintMilliseconds, &loop, &QEventLoop::quit); });
  loop.exec();
}

}  // namespace

int takeScreenshot(MainWindow& window, const ScreenshotRequest& request) {
  Page* page = window.page(request.page);
  if (page == nullptr) {
    std::fprintf(stderr, "moeplan-gui: --page: '%s' is no page; there are %s\n",
                 qPrintable(request.page), qPrintable(window.pageKeys().join(", ")));
    return kUsage;
  }
  window.resize(request.size);
  window.showPage(request.page);
  window.show();
  // A plan may rest on the law of a fit of the project.
  if (request.page == "plan") settlePage(*window.page("fit"));
  settlePage(*page);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  constexpr int kSmallest = 0;  // of PNG's qualities: all are exact, this one is packed best
  window.grab().save(&buffer, "PNG", kSmallest);
  const auto written = writeFile(request.file.toStdString(), bytes.toStdString());
  if (written) return 0;
  std::fprintf(stderr, "moeplan-gui: %s\n", describe(written.error()).c_str());
  return kInput;
}

}  // namespace moe::gui
