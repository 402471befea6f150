#pragma once

#include <string>
#include <vector>

#include "app/report/document/report_drawing.h"

namespace moe::report {

/// The whole document as one JSON text, schema moeplan.report/1: sections with their blocks, tables
/// as columns (heading, unit) and rows in full precision beside what people read, plots as their
/// data.
std::string reportJson(const Document& document);

/// Every table as NAME.csv and NAME.json below tables/ (figures in full precision, see valuesOf),
/// every plot's data as KEY.csv (and KEY.svg where it can be drawn) below plots/, every answer
/// below answers/, the whole as report.json, report.html and, where it can be drawn, report.pdf.
/// Errors: those of drawing.
Result<std::vector<Attachment>> reportFiles(const Document& document, const ReportDrawing& drawing);

}  // namespace moe::report
