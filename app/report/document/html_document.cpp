#include "app/report/document/html_document.h"

#include <kainjow/mustache.hpp>

#include "app/report/document/html_templates.h"
#include "app/report/document/inline_svg.h"

namespace moe::report {
namespace {

using MustacheData = kainjow::mustache::data;

std::string filled(const char* text, const MustacheData& data) {
  kainjow::mustache::mustache page{std::string(text)};
  require(page.is_valid(), "a template of the report is not valid");
  return page.render(data);
}

/// A text that may be left out: a section without one is not shown.
void setIfAny(MustacheData& data, const std::string& name, const std::string& text) {
  if (text.empty())
    data.set(name, MustacheData(false));
  else
    data.set(name, text);
}

MustacheData textList(const std::vector<std::string>& texts) {
  MustacheData list(MustacheData::type::list);
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

const char* cssClass(CalloutKind kind) {
  switch (kind) {
    case CalloutKind::kAnswer:
      return "answer";
    case CalloutKind::kNote:
      return "note";
    case CalloutKind::kWarning:
      return "warning";
    case CalloutKind::kFailure:
      return "failure";
  }
  return "note";
}

/// A cell's first line, and those below it.
MustacheData cellData(const std::string& text, const TableColumn& column) {
  MustacheData cell;
  MustacheData below(MustacheData::type::list);
  std::size_t at = text.find('\n');
  cell.set("text", text.substr(0, at));
  while (at != std::string::npos) {
    const std::size_t next = text.find('\n', at + 1);
    below.push_back(text.substr(at + 1, next == std::string::npos ? next : next - at - 1));
    at = next;
  }
  cell.set("below", below);
  cell.set("left", MustacheData(column.align == Align::kLeft));
  return cell;
}

/// Writes one block after the other. Two half figures in a row share a line.
class HtmlBlocks {
 public:
  HtmlBlocks(const ReportDrawing& drawing, std::string section)
      : drawing_(drawing), section_(std::move(section)) {}

  void operator()(const Paragraph& paragraph) {
    add("<p>" + escapedHtml(paragraph.text) + "</p>\n");
  }
  void operator()(const Subheading& heading) {
    add("<h3>" + escapedHtml(heading.text) + "</h3>\n");
  }
  void operator()(const Verbatim& verbatim) {
    add("<pre>" + escapedHtml(verbatim.text) + "</pre>\n");
  }

  void operator()(const BulletList& list) {
    MustacheData data;
    data.set("items", textList(list.items));
    add(filled(kListTemplate, data));
  }

  void operator()(const Callout& callout) {
    MustacheData data;
    data.set("kind", cssClass(callout.kind));
    setIfAny(data, "word",
             callout.kind == CalloutKind::kFailure ? std::string(calloutWord(callout.kind)) : "");
    data.set("title", callout.title);
    setIfAny(data, "text", callout.text);
    data.set("any", MustacheData(!callout.items.empty()));
    data.set("items", textList(callout.items));
    add(filled(kCalloutTemplate, data));
  }

  void operator()(const FactSheet& sheet) {
    MustacheData facts(MustacheData::type::list);
    for (const Fact& fact : sheet.facts) {
      MustacheData one;
      one.set("name", fact.name);
      one.set("value", fact.value);
      setIfAny(one, "detail", fact.detail);
      facts.push_back(one);
    }
    MustacheData data;
    data.set("facts", facts);
    add(filled(kFactsTemplate, data));
  }

  void operator()(const TableBlock& block) { add(tableHtml(block.table)); }

  void operator()(const Figure& figure) {
    if (error_) return;
    const auto picture = pictureOf(figure);
    if (!picture) {
      error_ = picture.error();
      return;
    }
    MustacheData data;
    data.set("half", MustacheData(figure.half));
    data.set("title", figure.plot.title);
    data.set("picture", *picture);
    data.set("caption", captionOf(figure.plot));
    if (figure.half && !in_pair_) html_ += "<div class=\"pair\">\n";
    if (!figure.half) endPair();
    in_pair_ = figure.half;
    html_ += filled(kFigureTemplate, data);
  }

  Result<std::string> take() {
    endPair();
    if (error_) return tl::unexpected(*error_);
    return std::move(html_);
  }

 private:
  void endPair() {
    if (in_pair_) html_ += "</div>\n";
    in_pair_ = false;
  }

  void add(const std::string& html) {
    endPair();
    html_ += html;
  }

  static std::string tableHtml(const TextTable& table) {
    MustacheData columns(MustacheData::type::list);
    for (const TableColumn& column : table.columns) {
      MustacheData one;
      one.set("heading", column.heading);
      setIfAny(one, "unit", column.unit);
      one.set("left", MustacheData(column.align == Align::kLeft));
      columns.push_back(one);
    }
    MustacheData rows(MustacheData::type::list);
    for (const auto& row : table.rows) {
      MustacheData cells(MustacheData::type::list);
      for (std::size_t i = 0; i < row.size(); ++i)
        cells.push_back(cellData(row[i].text, table.columns[i]));
      MustacheData one;
      one.set("cells", cells);
      rows.push_back(one);
    }
    MustacheData data;
    setIfAny(data, "title", table.title);
    data.set("columns", columns);
    data.set("rows", rows);
    data.set("footnotes", textList(table.footnotes));
    return filled(kTableTemplate, data);
  }

  Result<std::string> pictureOf(const Figure& figure) const {
    const PlotSpec& plot = figure.plot;
    if (!hasContent(plot)) return std::string();
    if (!drawing_.svg)
      return "<p class=\"callout\">Not drawn: " + escapedHtml(kDrawsNothing) + ".</p>\n";
    std::string pictures;
    for (const PictureFor page : {PictureFor::kLightPage, PictureFor::kDarkPage}) {
      const auto svg = drawing_.svg(plot, pictureSize(figure), page);
      if (!svg) return tl::unexpected(svg.error());
      const char* css_class = page == PictureFor::kDarkPage ? "dark" : "light";
      pictures +=
          inlineSvg(*svg, css_class, plot.title, section_ + "-" + plot.key + "-" + css_class);
      pictures += "\n";
    }
    return pictures;
  }

  const ReportDrawing& drawing_;
  std::string section_;
  std::string html_;
  bool in_pair_ = false;
  std::optional<Error> error_;
};

}  // namespace

Result<std::string> htmlDocument(const Document& document, const ReportDrawing& drawing) {
  MustacheData parts(MustacheData::type::list);
  std::string body;
  for (const Section& section : document.sections) {
    HtmlBlocks blocks(drawing, section.key);
    for (const Block& block : section.blocks) std::visit(blocks, block);
    auto html = blocks.take();
    if (!html) return html;
    MustacheData part;
    part.set("key", section.key);
    part.set("title", section.title);
    parts.push_back(part);
    part.set("body", *html);
    body += filled(kSectionTemplate, part);
  }
  MustacheData data;
  data.set("title", document.title);
  setIfAny(data, "question", document.question);
  setIfAny(data, "byline", document.byline);
  data.set("style", kReportStyle);
  data.set("parts", parts);
  data.set("body", body);
  return filled(kPageTemplate, data);
}

}  // namespace moe::report
