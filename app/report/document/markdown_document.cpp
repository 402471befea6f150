#include "app/report/document/markdown_document.h"

#include <fmt/format.h>

#include <algorithm>

namespace moe::report {
namespace {

bool isWordLetter(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
         (letter >= 'A' && letter <= 'Z') || static_cast<unsigned char>(letter) >= 0x80;
}

/// Whether an underscore at `at` could begin or end emphasis.
bool atWordEdge(std::string_view text, std::size_t at) {
  const bool before = at > 0 && isWordLetter(text[at - 1]);
  const bool after = at + 1 < text.size() && isWordLetter(text[at + 1]);
  return !before || !after;
}

/// Whether text would begin a heading, list or quotation.
bool beginsBlock(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() == '#' || text.front() == '+' || text.front() == '-' || text.front() == '=')
    return true;
  const std::size_t digits = text.find_first_not_of("0123456789");
  return digits > 0 && digits != std::string_view::npos && digits < 10 &&
         (text[digits] == '.' || text[digits] == ')') && digits + 1 < text.size() &&
         text[digits + 1] == ' ';
}

/// A paragraph's text: as escaped, and no block by its first letters.
std::string paragraphText(std::string_view text) {
  std::string escaped = escapedMarkdown(text);
  if (!beginsBlock(text)) return escaped;
  const std::size_t digits = text.find_first_not_of("0123456789");
  escaped.insert(digits, "\\");
  return escaped;
}

std::string cellText(std::string_view text) {
  std::string cell;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find('\n', at);
    cell += escapedMarkdown(text.substr(at, end == text.npos ? end : end - at));
    if (end == text.npos) return cell.empty() ? " " : cell;
    cell += "<br>";
    at = end + 1;
  }
}

std::string fencedText(const std::string& text) {
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += '`';
  return fence + "text\n" + text + "\n" + fence + "\n\n";
}

/// Writes one block after the other.
/// A folder's name as the destination of a link may hold it: without spaces, brackets and what else
/// would end it; letters beyond ASCII stay.
std::string linkedFolder(std::string_view folder) {
  constexpr std::string_view kPlain = "-._~/";
  std::string link;
  for (const char letter : folder)
    if (isWordLetter(letter) || kPlain.find(letter) != std::string_view::npos)
      link += letter;
    else
      link += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
  return link;
}

class MarkdownBlocks {
 public:
  MarkdownBlocks(const std::string& folder, const ReportDrawing& drawing)
      : folder_(linkedFolder(folder)), drawing_(drawing) {}

  void heading(const std::string& text) { out_.text += "## " + escapedMarkdown(text) + "\n\n"; }
  void operator()(const Paragraph& paragraph) {
    out_.text += paragraphText(paragraph.text) + "\n\n";
  }
  void operator()(const Subheading& heading) {
    out_.text += "### " + escapedMarkdown(heading.text) + "\n\n";
  }
  void operator()(const Verbatim& verbatim) { out_.text += fencedText(verbatim.text); }
  void operator()(const BulletList& list) {
    for (const std::string& item : list.items) out_.text += "- " + paragraphText(item) + "\n";
    out_.text += "\n";
  }

  void operator()(const Callout& callout) {
    out_.text += fmt::format(
        "> **{}{}**\n",
        callout.kind == CalloutKind::kFailure ? std::string(calloutWord(callout.kind)) + ": " : "",
        escapedMarkdown(callout.title));
    if (!callout.text.empty()) out_.text += ">\n> " + paragraphText(callout.text) + "\n";
    if (!callout.items.empty()) out_.text += ">\n";
    for (const std::string& item : callout.items) out_.text += "> - " + paragraphText(item) + "\n";
    out_.text += "\n";
  }

  void operator()(const FactSheet& sheet) {
    out_.text += "| What | Answer | Basis and notes |\n|---|---|---|\n";
    for (const Fact& fact : sheet.facts)
      out_.text += fmt::format("| {} | {} | {} |\n", cellText(fact.name), cellText(fact.value),
                               cellText(fact.detail));
    out_.text += "\n";
  }

  void operator()(const TableBlock& block) {
    const TextTable& table = block.table;
    if (!table.title.empty()) out_.text += "**" + escapedMarkdown(table.title) + "**\n\n";
    out_.text += "|";
    for (const TableColumn& column : table.columns)
      out_.text += " " + cellText(headingOf(column)) + " |";
    out_.text += "\n|";
    for (const TableColumn& column : table.columns)
      out_.text += column.align == Align::kLeft ? "---|" : "---:|";
    out_.text += "\n";
    for (const auto& row : table.rows) {
      out_.text += "|";
      for (const TableCell& cell : row) out_.text += " " + cellText(cell.text) + " |";
      out_.text += "\n";
    }
    out_.text += "\n";
    for (const std::string& note : table.footnotes) out_.text += paragraphText(note) + "\n\n";
  }

  void operator()(const Figure& figure) {
    const PlotSpec& plot = figure.plot;
    out_.text += "**" + escapedMarkdown(plot.title) + "**\n\n";
    const bool drawn = hasContent(plot) && drawing_.svg && !folder_.empty();
    if (drawn) draw(figure);
    if (drawn)
      out_.text +=
          fmt::format("![{}]({}/{}.svg)\n\n", escapedMarkdown(plot.title), folder_, plot.key);
    std::string caption = paragraphText(captionOf(plot));
    if (hasContent(plot) && !drawing_.svg) caption += fmt::format(" Not drawn: {}.", kDrawsNothing);
    if (hasContent(plot) && !folder_.empty()) {
      out_.files.push_back({plot.key + ".csv", plotCsv(plot)});
      caption += fmt::format(" [Data]({}/{}.csv)", folder_, plot.key);
    }
    out_.text += caption + "\n\n";
  }

  Result<MarkdownReport> take() {
    if (error_) return tl::unexpected(*error_);
    return std::move(out_);
  }

  std::string& text() { return out_.text; }

 private:
  void draw(const Figure& figure) {
    if (error_) return;
    auto svg = drawing_.svg(figure.plot, pictureSize(figure), PictureFor::kLightPage);
    if (svg)
      out_.files.push_back({figure.plot.key + ".svg", *std::move(svg)});
    else
      error_ = svg.error();
  }

  const std::string folder_;
  const ReportDrawing& drawing_;
  MarkdownReport out_;
  std::optional<Error> error_;
};

}  // namespace

std::string escapedMarkdown(std::string_view text) {
  std::string escaped;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    const bool after_bracket = at > 0 && text[at - 1] == ']';
    if (letter == '<') {
      escaped += "&lt;";
    } else if (letter == '>') {
      escaped += "&gt;";
    } else if (letter == '&') {
      escaped += "&amp;";
    } else if (letter == '\n' || letter == '\r') {
      escaped += ' ';
    } else {
      const bool markup = letter == '\\' || letter == '`' || letter == '*' || letter == '|' ||
                          letter == '~' || letter == '$' ||
                          (letter == '!' && at + 1 < text.size() && text[at + 1] == '[') ||
                          (letter == '_' && atWordEdge(text, at)) ||
                          (after_bracket && (letter == '(' || letter == '[' || letter == ':'));
      if (markup) escaped += '\\';
      escaped += letter;
    }
  }
  return escaped;
}

Result<MarkdownReport> markdownDocument(const Document& document, const std::string& folder,
                                        const ReportDrawing& drawing) {
  MarkdownBlocks blocks(folder, drawing);
  blocks.text() = "# " + escapedMarkdown(document.title) + "\n\n";
  if (!document.question.empty()) blocks(Paragraph{document.question});
  if (!document.byline.empty()) blocks(Paragraph{document.byline});
  for (const Section& section : document.sections) {
    blocks.heading(section.title);
    for (const Block& block : section.blocks) std::visit(blocks, block);
  }
  auto report = blocks.take();
  if (!report) return report;
  report->text.pop_back();  // one newline at the end
  return report;
}

}  // namespace moe::report
