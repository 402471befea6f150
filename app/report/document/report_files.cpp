#include "app/report/document/report_files.h"

#include "app/report/document/html_document.h"
#include "app/report/json_document.h"

namespace moe::report {
namespace {

/// A fact sheet as a table, so that files have one shape.
TextTable sheetTable(const FactSheet& sheet) {
  TextTable table{"",
                  {{"What", "", Align::kLeft},
                   {"Answer", "", Align::kLeft},
                   {"Basis and notes", "", Align::kLeft}}};
  for (const Fact& fact : sheet.facts) table.rows.push_back({fact.name, fact.value, fact.detail});
  return table;
}

Json tableJson(const TextTable& table) {
  Json columns = Json::array();
  for (const TableColumn& column : table.columns)
    columns.push_back({{"heading", column.heading}, {"unit", column.unit}});
  return {{"title", table.title},
          {"columns", std::move(columns)},
          {"rows", table.rows},
          {"footnotes", table.footnotes}};
}

Json axisJson(const PlotAxis& axis) {
  return {{"label", axis.label},
          {"unit", axis.unit},
          {"scale", axis.scale == AxisScale::kLog ? "log" : "linear"}};
}

/// A block as an object with its "kind".
struct BlockJson {
  Json operator()(const Paragraph& block) const {
    return {{"kind", "paragraph"}, {"text", block.text}};
  }
  Json operator()(const Subheading& block) const {
    return {{"kind", "heading"}, {"text", block.text}};
  }
  Json operator()(const BulletList& block) const {
    return {{"kind", "list"}, {"items", block.items}};
  }
  Json operator()(const Callout& block) const {
    return {{"kind", "callout"},
            {"role", std::string(calloutWord(block.kind))},
            {"title", block.title},
            {"text", block.text},
            {"items", block.items}};
  }
  Json operator()(const FactSheet& block) const {
    Json facts = Json::array();
    for (const Fact& fact : block.facts)
      facts.push_back({{"name", fact.name}, {"value", fact.value}, {"detail", fact.detail}});
    return {{"kind", "facts"}, {"key", block.key}, {"facts", std::move(facts)}};
  }
  Json operator()(const TableBlock& block) const {
    Json json = {{"kind", "table"}, {"key", block.key}};
    json.update(tableJson(block.table));
    return json;
  }
  Json operator()(const Figure& block) const {
    const PlotSpec& plot = block.plot;
    return {{"kind", "figure"},
            {"key", plot.key},
            {"title", plot.title},
            {"caption", captionOf(plot)},
            {"x", axisJson(plot.x)},
            {"y", axisJson(plot.y)},
            {"csv", hasContent(plot) ? Json(plotCsv(plot)) : Json(nullptr)}};
  }
  Json operator()(const Verbatim& block) const {
    return {{"kind", "verbatim"}, {"text", block.text}};
  }
};

std::string jsonText(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string csvCell(const std::string& text) {
  std::string cell;
  bool quoted = text.find_first_of(",\"") != std::string::npos;
  for (const char letter : text) {
    if (letter == '"') cell += '"';
    cell += letter == '\n' || letter == '\r' ? ' ' : letter;
  }
  return quoted ? '"' + cell + '"' : cell;
}

void addTableFiles(const std::string& key, const TextTable& table, std::vector<Attachment>& files) {
  files.push_back({"tables/" + key + ".csv", tableCsv(table)});
  files.push_back({"tables/" + key + ".json", jsonText(tableJson(table))});
}

Result<void> addPlotFiles(const Figure& figure, const ReportDrawing& drawing,
                          std::vector<Attachment>& files) {
  if (!hasContent(figure.plot)) return {};
  files.push_back({"plots/" + figure.plot.key + ".csv", plotCsv(figure.plot)});
  if (!drawing.svg) return {};
  auto svg = drawing.svg(figure.plot, pictureSize(figure), false);
  if (!svg) return tl::unexpected(svg.error());
  files.push_back({"plots/" + figure.plot.key + ".svg", *std::move(svg)});
  return {};
}

}  // namespace

std::string tableCsv(const TextTable& table) {
  std::string text;
  const auto addLine = [&](const auto& cells, const auto& textOfCell) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      text += (i == 0 ? "" : ",") + csvCell(textOfCell(cells[i]));
    text += "\r\n";
  };
  addLine(table.columns, [](const TableColumn& column) { return headingOf(column); });
  for (const auto& row : table.rows) addLine(row, [](const std::string& cell) { return cell; });
  return text;
}

std::string reportJson(const Document& document) {
  Json sections = Json::array();
  for (const Section& section : document.sections) {
    Json blocks = Json::array();
    for (const Block& block : section.blocks) blocks.push_back(std::visit(BlockJson{}, block));
    sections.push_back(
        {{"part", section.key}, {"title", section.title}, {"blocks", std::move(blocks)}});
  }
  return jsonText({{"schema", "moeplan.report/1"},
                   {"command", "report"},
                   {"title", document.title},
                   {"question", document.question},
                   {"byline", document.byline},
                   {"sections", std::move(sections)}});
}

Result<std::vector<Attachment>> reportFiles(const Document& document,
                                            const ReportDrawing& drawing) {
  auto html = htmlDocument(document, drawing);
  if (!html) return tl::unexpected(html.error());
  std::vector<Attachment> files = {{"report.html", *std::move(html)},
                                   {"report.json", reportJson(document)}};
  if (drawing.pdf) {
    auto pdf = drawing.pdf(document);
    if (!pdf) return tl::unexpected(pdf.error());
    files.push_back({"report.pdf", *std::move(pdf)});
  }
  eachBlock<TableBlock>(document, [&](const Section&, const TableBlock& block) {
    addTableFiles(block.key, block.table, files);
  });
  eachBlock<FactSheet>(document, [&](const Section&, const FactSheet& sheet) {
    addTableFiles(sheet.key, sheetTable(sheet), files);
  });
  Result<void> plots;
  eachBlock<Figure>(document, [&](const Section&, const Figure& figure) {
    if (plots) plots = addPlotFiles(figure, drawing, files);
  });
  if (!plots) return tl::unexpected(plots.error());
  files.insert(files.end(), document.attachments.begin(), document.attachments.end());
  return files;
}

}  // namespace moe::report
