#include "app/plot/report_drawing.h"

#include <QApplication>
#include <QHashSeed>
#include <memory>

#include "app/plot/export_plot.h"
#include "app/plot/headless.h"
#include "app/plot/pdf_figure.h"
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

tl::unexpected<Error> stopped() { return fail(ErrorKind::kCancelled, "report", "stopped"); }

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

report::ReportDrawing reportDrawing(DrawingThread thread) {
  const auto application = std::make_shared<DrawingApplication>();
  if (!thread)
    thread = [](const std::function<void()>& draw) {
      draw();
      return true;
    };
  report::ReportDrawing drawing;
  drawing.svg = [application, thread](const report::PlotSpec& plot, report::PictureSize size,
                                      report::PictureFor place) -> Result<std::string> {
    if (auto ready = application->ready(); !ready) return tl::unexpected(ready.error());
    std::string svg;
    const auto draw = [&] {
      svg = renderPlot(plot, PlotFormat::kSvg, optionsFor(size, place)).toStdString();
    };
    if (!thread(draw)) return stopped();
    return svg;
  };
  drawing.pdf = [application, thread](const report::Document& document) -> Result<std::string> {
    if (auto ready = application->ready(); !ready) return tl::unexpected(ready.error());
    const QByteArray pdf = reportPdf(document, [&thread](const report::Figure& figure) {
      std::optional<QPicture> picture;
      thread([&] { picture = recordedPlot(figure); });
      return picture;
    });
    if (pdf.isEmpty()) return stopped();
    return pdf.toStdString();
  };
  return drawing;
}

}  // namespace moe::plot
