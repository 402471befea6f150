#include <QApplication>
#include <QCommandLineParser>
#include <QIcon>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>
#include <cstdio>
#include <optional>

#include "app/gui/main_window.h"
#include "app/gui/screenshot.h"
#include "app/plot/headless.h"

namespace moe::gui {
namespace {

constexpr int kUsage = 2;
constexpr int kInput = 3;

struct Options {
  QString project;
  QString screenshot;
  QString page;  ///< empty: that of the last time
  QString tab;   ///< empty: that which the page shows by itself
  QString theme;
  QSize size{1280, 800};
};

std::optional<QSize> sizeNamed(const QString& text) {
  const QStringList parts = text.split('x');
  if (parts.size() != 2) return std::nullopt;
  const QSize size(parts[0].toInt(), parts[1].toInt());
  constexpr int kLeast = 200;
  constexpr int kMost = 10000;
  const bool fits = size.width() >= kLeast && size.height() >= kLeast && size.width() <= kMost &&
                    size.height() <= kMost;
  return fits ? std::optional(size) : std::nullopt;
}

std::optional<Options> parsedOptions(const QApplication& app) {
  QCommandLineParser parser;
  parser.setApplicationDescription(
      "The window of moeplan: runs, laws, costs and plans.\n\nExamples:\n"
      "  moeplan-gui project.moeplan\n"
      "  moeplan-gui --screenshot plan.png --page plan --theme dark project.moeplan");
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument("project", "Project to open", "[project]");
  const QCommandLineOption screenshot(
      "screenshot", "Write a picture of a page and end; needs no display", "FILE");
  const QCommandLineOption page("page", "Page to show: fit, cost, plan, verify or report", "NAME");
  const QCommandLineOption tab("tab", "Tab of the page that a picture shows: its title", "TITLE");
  const QCommandLineOption size("size", "Size of the window, 1280x800 unless given", "WxH",
                                "1280x800");
  const QCommandLineOption theme("theme", "system, light or dark", "NAME");
  parser.addOptions({screenshot, page, tab, size, theme});
  parser.process(app);
  const auto window_size = sizeNamed(parser.value(size));
  if (!window_size) {
    std::fprintf(stderr, "moeplan-gui: --size: '%s' is no size such as 1280x800\n",
                 qPrintable(parser.value(size)));
    return std::nullopt;
  }
  Options options;
  options.screenshot = parser.value(screenshot);
  options.page = parser.value(page);
  options.tab = parser.value(tab);
  options.theme = parser.value(theme);
  options.size = *window_size;
  if (!parser.positionalArguments().isEmpty())
    options.project = parser.positionalArguments().front();
  return options;
}

/// Pictures are the same whatever this user's window looked like.
void keepSettingsIn(const QString& folder) {
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder);
}

int run(const QApplication& app, const Options& options) {
  const QTemporaryDir empty_settings;
  if (!options.screenshot.isEmpty()) keepSettingsIn(empty_settings.path());
  MainWindow window;
  if (!options.theme.isEmpty())
    window.setTheme(themeNamed(options.theme));
  else if (!options.screenshot.isEmpty())
    window.setTheme(Theme::kLight);
  if (!options.project.isEmpty() && !window.openFile(options.project) &&
      !options.screenshot.isEmpty())
    return kInput;
  if (!options.screenshot.isEmpty())
    return takeScreenshot(
        window, {options.screenshot, options.page.isEmpty() ? QString("fit") : options.page,
                 options.tab, options.size});
  if (!options.page.isEmpty()) window.showPage(options.page);
  window.show();
  QTimer::singleShot(0, &window, [&window] { window.offerRecovery(); });
  return app.exec();
}

}  // namespace
}  // namespace moe::gui

int main(int argc, char** argv) {
  moe::plot::drawWithoutDisplay();
  const QApplication app(argc, argv);
  QApplication::setApplicationName("moeplan");
  QApplication::setOrganizationName("moeplan");
  QApplication::setApplicationVersion(MOEPLAN_VERSION);
  QApplication::setDesktopFileName("moeplan-gui");  // as installed: Wayland finds the icon by it
  QApplication::setWindowIcon(QIcon::fromTheme("moeplan"));
  const auto options = moe::gui::parsedOptions(app);
  return options ? moe::gui::run(app, *options) : moe::gui::kUsage;
}
