#pragma once

#include <QByteArray>

#include "app/report/document/document.h"

namespace moe::plot {

/// A report as PDF: A4, plots as vectors, text as text, fonts embedded, a footer with page numbers,
/// parts and steps as bookmarks. Equal documents give equal bytes: no clock, no random order. Needs
/// a QApplication.
QByteArray reportPdf(const report::Document& document);

}  // namespace moe::plot
