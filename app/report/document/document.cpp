#include "app/report/document/document.h"

namespace moe::report {

std::string headingOf(const TableColumn& column) {
  return column.unit.empty() ? column.heading : column.heading + " (" + column.unit + ")";
}

std::string_view calloutWord(CalloutKind kind) {
  switch (kind) {
    case CalloutKind::kAnswer:
      return "Answer";
    case CalloutKind::kNote:
      return "Note";
    case CalloutKind::kWarning:
      return "Warning";
    case CalloutKind::kFailure:
      return "No answer";
  }
  return "";
}

std::string captionOf(const PlotSpec& plot) {
  std::string text = plot.sentence;
  const auto add = [&](const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : " ") + more;
  };
  if (!hasContent(plot)) add(plot.empty_reason);
  for (const std::string& note : plot.notes) add(note);
  return text;
}

}  // namespace moe::report
