#include "app/plot/export_plot.h"

#include <fmt/format.h>

#include <QBuffer>
#include <QPdfWriter>
#include <QSvgGenerator>

#include "app/plot/svg_clip.h"
#include "app/workflows/write_file.h"

namespace moe::plot {
namespace {

constexpr int kMostPixels = 20000;
constexpr double kPixelsPerInch = 96;
constexpr int kPdfResolution = 1200;

void paintVectors(QCustomPlot& plot, QPaintDevice& device, QSize size, double zoom) {
  QCPPainter painter;
  painter.begin(&device);
  painter.setMode(QCPPainter::pmVectorized);
  painter.setMode(QCPPainter::pmNoCaching);
  painter.scale(zoom, zoom);
  plot.toPainter(&painter, size.width(), size.height());
  painter.end();
}

QByteArray svgOf(const report::PlotSpec& spec, QCustomPlot& plot, const ExportOptions& options) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setSize(options.size);
  generator.setViewBox(QRect(QPoint(0, 0), options.size));
  generator.setTitle(textOf(spec.title));
  generator.setDescription(textOf(spec.sentence));
  paintVectors(plot, generator, options.size, 1);
  // Readers without our font take one that is as wide.
  const QByteArray family = options.draw.theme.family.toUtf8();
  bytes.replace("font-family=\"" + family + "\"",
                "font-family=\"" + family + ", Verdana, sans-serif\"");
  return withSvgClips(bytes);
}

QByteArray pdfOf(const report::PlotSpec& spec, QCustomPlot& plot, const ExportOptions& options) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setTitle(textOf(spec.title));
  writer.setCreator("moeplan");
  writer.setResolution(kPdfResolution);
  writer.setPageSize(QPageSize(QSizeF(options.size) / kPixelsPerInch, QPageSize::Inch));
  writer.setPageMargins(QMarginsF(0, 0, 0, 0));
  paintVectors(plot, writer, options.size, kPdfResolution / kPixelsPerInch);
  return bytes;
}

QByteArray pngOf(QCustomPlot& plot, const ExportOptions& options) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  plot.toPixmap(options.size.width(), options.size.height(), options.scale).save(&buffer, "PNG");
  return bytes;
}

}  // namespace

Result<PlotFormat> plotFormatOf(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".svg") return PlotFormat::kSvg;
  if (ending == ".pdf") return PlotFormat::kPdf;
  if (ending == ".png") return PlotFormat::kPng;
  if (ending == ".csv") return PlotFormat::kCsv;
  return fail(
      ErrorKind::kUsage, path.string(),
      fmt::format("a plot cannot be written as '{}'; name a file that ends with .svg, .pdf, "
                  ".png or .csv",
                  ending));
}

QByteArray renderPlot(const report::PlotSpec& spec, PlotFormat format,
                      const ExportOptions& options) {
  if (format == PlotFormat::kCsv) return QByteArray::fromStdString(plotCsv(spec));
  QCustomPlot plot;
  plot.resize(options.size);
  draw(spec, plot, options.draw);
  switch (format) {
    case PlotFormat::kSvg:
      return svgOf(spec, plot, options);
    case PlotFormat::kPdf:
      return pdfOf(spec, plot, options);
    case PlotFormat::kPng:
      return pngOf(plot, options);
    case PlotFormat::kCsv:
      break;
  }
  return {};
}

QImage renderImage(const report::PlotSpec& spec, const ExportOptions& options) {
  QCustomPlot plot;
  plot.resize(options.size);
  draw(spec, plot, options.draw);
  return plot.toPixmap(options.size.width(), options.size.height(), options.scale).toImage();
}

Result<void> exportPlot(const report::PlotSpec& spec, const std::filesystem::path& path,
                        const ExportOptions& options) {
  const auto format = plotFormatOf(path);
  if (!format) return tl::unexpected(format.error());
  const int least = std::min(options.size.width(), options.size.height());
  const double most = std::max(options.size.width(), options.size.height()) *
                      (*format == PlotFormat::kPng ? options.scale : 1);
  if (least < 1 || !(most <= kMostPixels))
    return fail(ErrorKind::kInput, path.string(),
                fmt::format("a picture of {} x {} pixels cannot be made; sides are 1 to {}",
                            options.size.width(), options.size.height(), kMostPixels));
  return writeFile(path, renderPlot(spec, *format, options).toStdString());
}

}  // namespace moe::plot
