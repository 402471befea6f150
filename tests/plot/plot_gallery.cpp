// plot_gallery FOLDER [KEY]: every kind of plot from shipped data, as PNG in light and dark at the
// size of a pane and of a large screen, as SVG and as PDF. With a KEY only plots whose key holds
// it.
#include <fmt/format.h>

#include <QApplication>
#include <filesystem>

#include "app/plot/export_plot.h"
#include "app/plot/headless.h"
#include "tests/plot/shipped_plots.h"

namespace {

using moe::plot::ExportOptions;

struct Picture {
  const char* name;
  bool dark;
  QSize size;
  const char* ending;
};

constexpr Picture kPictures[] = {
    {"light", false, {860, 520}, "png"},       {"dark", true, {860, 520}, "png"},
    {"light_small", false, {460, 320}, "png"}, {"dark_large", true, {1700, 1000}, "png"},
    {"light", false, {860, 520}, "svg"},       {"light", false, {860, 520}, "pdf"}};

bool write(const moe::report::PlotSpec& spec, const std::filesystem::path& folder) {
  for (const Picture& picture : kPictures) {
    ExportOptions options;
    options.size = picture.size;
    options.scale = 1;
    options.draw.theme = picture.dark ? moe::plot::darkTheme() : moe::plot::lightTheme();
    const auto path = folder / fmt::format("{}_{}.{}", spec.key, picture.name, picture.ending);
    if (const auto done = moe::plot::exportPlot(spec, path, options); !done) {
      fmt::print(stderr, "{}\n", moe::describe(done.error()));
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: plot_gallery FOLDER [KEY]\n");
    return 2;
  }
  moe::plot::drawWithoutDisplay();
  const QApplication application(argc, argv);
  if (!moe::plot::hasPlotFont())
    fmt::print(stderr, "the font of the plots is not installed: fonts-dejavu-core\n");
  const auto plots = moe::test::shippedPlots();
  if (!plots) {
    fmt::print(stderr, "{}\n", moe::describe(plots.error()));
    return 3;
  }
  std::filesystem::create_directories(argv[1]);
  for (const moe::report::PlotSpec& spec : *plots) {
    if (argc > 2 && spec.key.find(argv[2]) == std::string::npos) continue;
    if (!write(spec, argv[1])) return 3;
    fmt::print("{}\n", spec.key);
  }
  return 0;
}
