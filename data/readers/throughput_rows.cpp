#include "data/readers/throughput_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "data/embedded_tables.h"
#include "data/readers/file_text.h"
#include "data/readers/gzip.h"
#include "data/readers/row_cells.h"

namespace moe {
namespace {

constexpr std::string_view kShippedThroughput = "serving/trtllm_published_throughput.csv.gz";
constexpr std::string_view kUnlimited = "max (request rate inf)";

struct NamedMetric {
  std::string_view name;
  ThroughputMetric metric;
  std::string_view unit;
};
constexpr std::array kMetrics{
    NamedMetric{"output throughput (all GPUs)", ThroughputMetric::kOutputOfAllDevices, "tok/s"},
    NamedMetric{"token throughput (all GPUs, generated tokens)",
                ThroughputMetric::kOutputOfAllDevices, "tok/s"},
    NamedMetric{"output throughput per GPU", ThroughputMetric::kOutputPerDevice, "tok/s"},
    NamedMetric{"time to first token", ThroughputMetric::kFirstToken, "ms"},
};

void readMetric(ThroughputRow& result, RowCells& row) {
  const std::string metric = row.text("metric", true);
  const std::string unit = row.text("unit", true);
  const auto* found = std::find_if(kMetrics.begin(), kMetrics.end(),
                                   [&](const NamedMetric& m) { return m.name == metric; });
  if (found == kMetrics.end()) {
    std::vector<std::string_view> names;
    for (const NamedMetric& m : kMetrics) names.push_back(m.name);
    row.reject("metric",
               fmt::format("is '{}'; it must be one of '{}'", metric, fmt::join(names, "', '")));
    return;
  }
  if (unit != found->unit)
    row.reject("unit", fmt::format("is '{}'; '{}' is in {}", unit, metric, found->unit));
  result.metric = found->metric;
  result.value = row.positive("value", true).value_or(1);
  if (result.metric == ThroughputMetric::kFirstToken) result.value *= 1e-3;
}

std::string readPrecision(RowCells& row) {
  const std::string precision = row.text("precision", true);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames{
      {{"FP16", "bf16"}, {"BF16", "bf16"}, {"FP8", "fp8"}, {"FP4", "fp4"}}};
  for (const auto& [written, meant] : kNames)
    if (precision == written) return std::string(meant);
  row.reject("precision", fmt::format("is '{}'; it must be FP16, BF16, FP8 or FP4", precision));
  return {};
}

ThroughputRow throughputOf(RowCells& row) {
  ThroughputRow result;
  result.where = row.where();
  result.model = row.text("catalog_model", true);
  result.hardware = row.text("hardware", true);
  result.source = row.text("source", true);
  result.engine = row.text("engine", true);
  result.precision = readPrecision(row);
  result.devices = row.count("n_gpus", true);
  result.tensor_parallel = row.count("tp", true);
  result.pipeline_parallel = row.count("pp", false);
  if (!row.text("ep", false).empty()) result.expert_parallel = row.count("ep", false);
  if (row.text("batch_or_concurrency", true) != kUnlimited)
    result.batch = row.count("batch_or_concurrency", true);
  result.prompt_tokens = row.count("input_len", true);
  result.output_tokens = row.count("output_len", true);
  readMetric(result, row);
  result.notes = row.text("notes", false);
  if (result.devices != result.tensor_parallel * result.pipeline_parallel)
    row.reject("n_gpus", fmt::format("is {}, but tp x pp is {} x {}", result.devices,
                                     result.tensor_parallel, result.pipeline_parallel));
  return result;
}

Result<std::vector<ThroughputRow>> parseRows(std::string_view text, const std::string& file) {
  constexpr std::string_view kColumns[] = {
      "catalog_model",        "hardware",  "source",     "engine", "precision", "n_gpus", "tp",
      "batch_or_concurrency", "input_len", "output_len", "metric", "value",     "unit"};
  auto rows = checkRows(text, file, kColumns, throughputOf);
  if (rows && rows->empty()) return fail(ErrorKind::kInput, file, "holds no published rows");
  return rows;
}

}  // namespace

Result<std::vector<ThroughputRow>> readThroughputRows(const std::filesystem::path& file) {
  const auto text = readFileText(file);
  if (!text) return tl::unexpected(text.error());
  return parseRows(text->text, file.string());
}

std::vector<ThroughputRow> shippedThroughputRows() {
  const auto text = gunzipped(embeddedTable(kShippedThroughput), std::string(kShippedThroughput));
  require(text.has_value(), "the shipped throughput rows are damaged");
  auto rows = parseRows(*text, std::string(kShippedThroughput));
  require(rows.has_value(), "the shipped throughput rows cannot be read");
  return *std::move(rows);
}

}  // namespace moe
