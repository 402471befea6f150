#include "app/report/document/report_files.h"

#include <utility>

#include "app/report/document/html_document.h"
#include "app/report/json_document.h"
#include "app/report/table_values.h"

namespace moe::report {
namespace {

/// A fact sheet as a table, so that files have one shape: a row for every figure, and for every
/// fact without one.
TextTable sheetTable(const FactSheet& sheet) {
  TextTable table{"",
                  {{"What", "", Align::kLeft},
                   {"Answer", "", Align::kLeft},
                   {"Basis and notes", "", Align::kLeft},
                   {"Figure", "", Align::kLeft},
                   {"Value"}}};
  for (const Fact& fact : sheet.facts) {
    for (TableNumber number : fact.numbers) {
      const std::string name = std::exchange(number.name, "");
      table.rows.push_back(
          {fact.name, fact.value, fact.detail, name, TableCell("", {std::move(number)})});
    }
    if (fact.numbers.empty()) table.rows.push_back({fact.name, fact.value, fact.detail, "", ""});
  }
  return table;
}

template <class Column>
Json columnsJson(const std::vector<Column>& columns) {
  Json list = Json::array();
  for (const Column& column : columns)
    list.push_back({{"heading", column.heading}, {"unit", column.unit}});
  return list;
}

struct ValueJson {
  Json operator()(std::monostate) const { return nullptr; }
  template <class Value>
  Json operator()(const Value& value) const {
    return value;
  }
};

/// "columns" and "rows" hold figures in full precision, "shown" what people read.
Json tableJson(const TextTable& table) {
  const ValueTable values = valuesOf(table);
  Json rows = Json::array();
  for (const auto& row : values.rows) {
    Json& cells = rows.emplace_back(Json::array());
    for (const TableValue& value : row) cells.push_back(std::visit(ValueJson{}, value));
  }
  Json shown = Json::array();
  for (const TableRow& row : table.rows) {
    Json& cells = shown.emplace_back(Json::array());
    for (const TableCell& cell : row) cells.push_back(cell.text);
  }
  return {{"title", table.title},
          {"columns", columnsJson(values.columns)},
          {"rows", std::move(rows)},
          {"shown", {{"columns", columnsJson(table.columns)}, {"rows", std::move(shown)}}},
          {"footnotes", table.footnotes}};
}

Json numbersJson(const std::vector<TableNumber>& numbers) {
  Json list = Json::array();
  for (const TableNumber& number : numbers)
    list.push_back({{"name", number.name},
                    {"value", jsonNumber(number.value)},
                    {"low", jsonNumber(number.low)},
                    {"high", jsonNumber(number.high)},
                    {"unit", number.unit}});
  return list;
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
      facts.push_back({{"name", fact.name},
                       {"value", fact.value},
                       {"detail", fact.detail},
                       {"numbers", numbersJson(fact.numbers)}});
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

void addTableFiles(const std::string& key, const TextTable& table, std::vector<Attachment>& files) {
  files.push_back({"tables/" + key + ".csv", tableCsv(table)});
  files.push_back({"tables/" + key + ".json", jsonText(tableJson(table))});
}

Result<void> addPlotFiles(const Figure& figure, const ReportDrawing& drawing,
                          std::vector<Attachment>& files) {
  if (!hasContent(figure.plot)) return {};
  files.push_back({"plots/" + figure.plot.key + ".csv", plotCsv(figure.plot)});
  if (!drawing.svg) return {};
  auto svg = drawing.svg(figure.plot, pictureSize(figure), PictureFor::kItself);
  if (!svg) return tl::unexpected(svg.error());
  files.push_back({"plots/" + figure.plot.key + ".svg", *std::move(svg)});
  return {};
}

}  // namespace

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
