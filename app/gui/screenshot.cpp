#include "app/gui/screenshot.h"

#include <QBuffer>
#include <QEventLoop>
#include <QPixmap>
#include <QTabWidget>
#include <QTimer>
#include <cstdio>

#include "app/gui/main_window.h"
#include "app/gui/pages/page.h"
#include "app/workflows/write_file.h"

namespace moe::gui {
namespace {

constexpr int kUsage = 2;
constexpr int kInput = 3;

constexpr int kPaintMilliseconds = 200;

void settlePage(Page& page) {
  QEventLoop loop;
  page.settle([&loop] { QTimer::singleShot(kPaintMilliseconds, &loop, &QEventLoop::quit); });
  loop.exec();
}

/// Brings a tab to the front and waits until it is made. False: there is none of that name.
bool showTab(Page& page, const QString& title) {
  auto* tabs = page.findChild<QTabWidget*>();
  for (int tab = 0; tabs != nullptr && tab < tabs->count(); ++tab) {
    if (!tabs->isTabVisible(tab) || !tabs->tabText(tab).startsWith(title, Qt::CaseInsensitive))
      continue;
    tabs->setCurrentIndex(tab);
    QEventLoop loop;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
      if (!page.jobs().running()) loop.quit();
    });
    look.start(kPaintMilliseconds);
    loop.exec();
    return true;
  }
  return false;
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
  if (!request.tab.isEmpty() && !showTab(*page, request.tab)) {
    std::fprintf(stderr, "moeplan-gui: --tab: '%s' is no tab of this page\n",
                 qPrintable(request.tab));
    return kUsage;
  }
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
