#pragma once

#include <QByteArray>
#include <QImage>
#include <QSize>
#include <filesystem>

#include "app/plot/draw_plot.h"
#include "data/error.h"

namespace moe::plot {

enum class PlotFormat { kSvg, kPdf, kPng, kCsv };

struct ExportOptions {
  DrawOptions draw;
  QSize size{900,
             600};   ///< device-independent pixels; of a PDF the size of the page at 96 per inch
  double scale = 2;  ///< pixels of a PNG per device-independent pixel
};

/// By the ending of a file's name. Errors: kUsage, naming the endings that there are.
Result<PlotFormat> plotFormatOf(const std::filesystem::path& path);

/// A plot as the bytes of a file: SVG and PDF as vectors with text as text (a map's cells as one
/// picture), PNG as pixels, CSV as its data. Needs a QApplication, see headless.h.
QByteArray renderPlot(const report::PlotSpec& spec, PlotFormat format,
                      const ExportOptions& options = {});

/// A plot as pixels for a screen, `scale` of them per device-independent one. Needs a QApplication.
QImage renderImage(const report::PlotSpec& spec, const ExportOptions& options);

/// Writes it, whole or not at all. Errors: kUsage as plotFormatOf, kInput for a file that cannot be
/// written or a size that is not between 1 and 20000 pixels.
Result<void> exportPlot(const report::PlotSpec& spec, const std::filesystem::path& path,
                        const ExportOptions& options = {});

}  // namespace moe::plot
