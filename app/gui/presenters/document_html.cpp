#include "app/gui/presenters/document_html.h"

#include <fmt/format.h>

namespace moe {
namespace {

using namespace std::string_view_literals;

/// After a table. Qt drops the upper margin of what follows one, and takes an empty paragraph for
/// none.
constexpr auto kGap = "<p style=\"margin-top: 0; margin-bottom: 0\">&nbsp;</p>"sv;

std::string escaped(std::string_view text) {
  std::string html;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\n':
        html += "<br>";
        break;
      default:
        html += letter;
    }
  }
  return html;
}

struct HtmlWriter {
  const DocumentLook& look;
  std::string html;

  std::string_view lineColor() const { return look.dark ? "#4a5058"sv : "#c8ccd0"sv; }
  std::string_view headColor() const { return look.dark ? "#2b2f34"sv : "#eceef0"sv; }
  std::string_view calloutColor(report::CalloutKind kind) const {
    switch (kind) {
      case report::CalloutKind::kAnswer:
        return look.dark ? "#1d3a2f"sv : "#e2f3ec"sv;
      case report::CalloutKind::kWarning:
        return look.dark ? "#453617"sv : "#fdf1d8"sv;
      case report::CalloutKind::kFailure:
        return look.dark ? "#4a2420"sv : "#fbe3dc"sv;
      case report::CalloutKind::kNote:
        break;
    }
    return headColor();
  }

  void items(const std::vector<std::string>& all) {
    if (all.empty()) return;
    html += "<ul>";
    for (const std::string& item : all) html += "<li>" + escaped(item) + "</li>";
    html += "</ul>";
  }

  void operator()(const report::Paragraph& block) { html += "<p>" + escaped(block.text) + "</p>"; }
  void operator()(const report::Subheading& block) {
    html += "<h3>" + escaped(block.text) + "</h3>";
  }
  void operator()(const report::BulletList& block) { items(block.items); }
  void operator()(const report::Callout& block) {
    const std::string title =
        block.title.empty() ? std::string(report::calloutWord(block.kind)) : block.title;
    html += fmt::format(
        "<table width=\"100%\" cellpadding=\"8\" cellspacing=\"0\" bgcolor=\"{}\"><tr><td>"
        "<b>{}</b>",
        calloutColor(block.kind), escaped(title));
    if (!block.text.empty()) html += "<br>" + escaped(block.text);
    items(block.items);
    html += "</td></tr></table>";
    html += kGap;
  }
  void operator()(const report::FactSheet& block) {
    html += "<table cellpadding=\"3\" cellspacing=\"0\">";
    for (const report::Fact& fact : block.facts)
      html += fmt::format("<tr><td>{}</td><td><b>{}</b></td><td>{}</td></tr>", escaped(fact.name),
                          escaped(fact.value), escaped(fact.detail));
    html += "</table>";
    html += kGap;
  }
  void operator()(const report::TableBlock& block) {
    const report::TextTable& table = block.table;
    if (!table.title.empty()) html += "<p><b>" + escaped(table.title) + "</b></p>";
    html += fmt::format(
        "<table border=\"1\" cellpadding=\"4\" cellspacing=\"0\" style=\"border-color: {}; "
        "border-style: solid\"><tr bgcolor=\"{}\">",
        lineColor(), headColor());
    for (const report::TableColumn& column : table.columns)
      html += "<th>" + escaped(report::headingOf(column)) + "</th>";
    html += "</tr>";
    for (const auto& row : table.rows) {
      html += "<tr>";
      for (std::size_t at = 0; at < row.size(); ++at)
        html += fmt::format("<td align=\"{}\">{}</td>",
                            table.columns[at].align == report::Align::kLeft ? "left" : "right",
                            escaped(row[at].text));
      html += "</tr>";
    }
    html += "</table>";
    for (const std::string& note : table.footnotes)
      html += "<p><small>" + escaped(note) + "</small></p>";
    html += kGap;
  }
  void operator()(const report::Figure& block) {
    html += "<p><b>" + escaped(block.plot.title) + "</b></p>";
    if (report::hasContent(block.plot) && block.plot.empty_reason.empty())
      html += fmt::format("<p><img src=\"plot:{}\" width=\"{}\" height=\"{}\"></p>",
                          escaped(block.plot.key), look.picture_width, look.picture_height);
    html += "<p><small>" + escaped(report::captionOf(block.plot)) + "</small></p>";
  }
  void operator()(const report::Verbatim& block) {
    html += "<pre>" + escaped(block.text) + "</pre>";
  }
};

}  // namespace

std::string documentHtml(const report::Document& document, const DocumentLook& look) {
  HtmlWriter writer{look, {}};
  writer.html = "<h1>" + escaped(document.title) + "</h1>";
  if (!document.question.empty()) writer.html += "<p><b>" + escaped(document.question) + "</b></p>";
  writer.html += "<p><small>" + escaped(document.byline) + "</small></p>";
  for (const report::Section& section : document.sections) {
    writer.html += "<h2>" + escaped(section.title) + "</h2>";
    for (const report::Block& block : section.blocks)
      std::visit([&](const auto& each) { writer(each); }, block);
  }
  return writer.html;
}

}  // namespace moe
