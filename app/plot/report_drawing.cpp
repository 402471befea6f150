#include "app/plot/report_drawing.h"

#include <QApplication>
#include <QHashSeed>
#include <memory>

#include "app/plot/export_plot.h"
#include "app/plot/headless.h"
#include "app/plot/report_pdf.h"

namespace moe::plot {
namespace {

/// The QApplication that drawing needs, made when something is drawn.
class DrawingApplication {
 public:
  Result<void> ready() {
    if (QCoreApplication::instance() == nullptr) {
      QHashSeed::setDeterministicGlobalSeed();  // equal documents, equal bytes
      if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
      // Qt tells which folder it takes where XDG_RUNTIME_DIR is not set; nothing is put there.
      const QtMessageHandler before =
          qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
      application_ = std::make_unique<QApplication>(argument_count_, arguments_);
      qInstallMessageHandler(before);
    }
    if (hasPlotFont()) return {};
    return fail(ErrorKind::kInput, "DejaVu Sans",
                "the font of the plots is not installed; on Debian: apt-get install "
                "fonts-dejavu-core");
  }

 private:
  char name_[8] = "moeplan";
  char* arguments_[2] = {name_, nullptr};
  int argument_count_ = 1;
  std::unique_ptr<QApplication> application_;
};

constexpr int kAroundItself = 100;  // pixels for title, sentence and notes

ExportOptions optionsFor(report::PictureSize size, report::PictureFor place) {
  const bool itself = place == report::PictureFor::kItself;
  ExportOptions options;
  options.size = QSize(size.width, size.height + (itself ? kAroundItself : 0));
  if (place == report::PictureFor::kDarkPage) options.draw.theme = darkTheme();
  options.draw.title = itself;
  options.draw.sentence = itself;
  options.draw.notes = itself;
  return options;
}

}  // namespace

report::ReportDrawing reportDrawing() {
  const auto application = std::make_shared<DrawingApplication>();
  report::ReportDrawing drawing;
  drawing.svg = [application](const report::PlotSpec& plot, report::PictureSize size,
                              report::PictureFor place) -> Result<std::string> {
    if (auto ready = application->ready(); !ready) return tl::unexpected(ready.error());
    return renderPlot(plot, PlotFormat::kSvg, optionsFor(size, place)).toStdString();
  };
  drawing.pdf = [application](const report::Document& document) -> Result<std::string> {
    if (auto ready = application->ready(); !ready) return tl::unexpected(ready.error());
    return reportPdf(document).toStdString();
  };
  return drawing;
}

}  // namespace moe::plot
