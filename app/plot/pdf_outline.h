#pragma once

#include <QByteArray>
#include <QString>
#include <vector>

namespace moe::plot {

/// A bookmark of a PDF.
struct OutlineEntry {
  QString title;
  bool inner = false;   ///< below the last one that is not
  int page = 0;         ///< from 0
  double y_points = 0;  ///< of the place on its page, from the lower edge
};

/// A PDF that QPdfWriter wrote, with bookmarks: Qt 6.4 writes none itself. They are appended as an
/// incremental update [ISO 32000-1, 7.5.6], which leaves every byte of the pages as it is. A file
/// whose end is not as Qt 6 writes it stays without bookmarks, and so does one without entries.
QByteArray withOutline(QByteArray pdf, const std::vector<OutlineEntry>& entries);

}  // namespace moe::plot
