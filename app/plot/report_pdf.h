#pragma once

#include <QByteArray>

#include "app/plot/pdf_figure.h"
#include "app/report/document/document.h"

namespace moe::plot {

/// A report as PDF: A4, plots as vectors, text as text, fonts embedded, a footer with page numbers,
/// parts and steps as bookmarks. Equal documents give equal bytes: no clock, no random order. Needs
/// a QApplication, and may run on any thread when `record` draws on the application's. Empty where
/// a plot was not recorded.
QByteArray reportPdf(const report::Document& document, const PlotRecorder& record = recordedPlot);

}  // namespace moe::plot
