#include "data/readers/serving_points.h"

#include "data/embedded_tables.h"
#include "data/readers/file_text.h"
#include "data/readers/gzip.h"
#include "data/readers/row_cells.h"

namespace moe {
namespace {

constexpr std::string_view kShippedPoints = "serving/serving_points_flags.csv.gz";

void repairParallelism(ServingMeasurement& point) {
  const bool twice = point.tensor_parallel == 1 && point.data_parallel > 1 &&
                     point.expert_parallel > 1 &&
                     point.moe_tensor_parallel == point.expert_parallel;
  if (!twice) return;
  point.data_parallel = point.expert_parallel;
  point.moe_tensor_parallel = 1;
  point.devices = point.expert_parallel;
  point.repaired = true;
}

ServingMeasurement pointOf(RowCells& row) {
  ServingMeasurement point;
  point.where = row.where();
  point.model = row.text("model", true);
  point.hardware = row.text("hardware", true);
  point.engine = row.text("engine", true);
  point.engine_version = row.text("engine_version", false);
  point.weights = row.text("weights", true);
  point.kv_cache = row.text("kv_cache", false);
  point.tensor_parallel = row.count("tensor_parallel", true);
  point.data_parallel = row.count("attention_data_parallel", false);
  point.moe_tensor_parallel =
      row.has("moe_tensor_parallel") ? row.count("moe_tensor_parallel", false) : 0;
  point.expert_parallel = row.count("expert_parallel", false);
  point.devices = row.count("devices", true);
  point.concurrency = row.positive("concurrency", true).value_or(1);
  point.prompt_tokens = row.positive("prompt_tokens", true).value_or(1);
  point.output_tokens = row.positive("output_tokens", true).value_or(1);
  point.ttft_s = row.positive("ttft_s", false);
  point.tpot_s = row.positive("tpot_s", false);
  point.flags = row.text("flg", false);
  const std::string core = row.text("core", false);
  point.core = core.empty() || core == "True" || core == "true" || core == "1";
  if (!point.ttft_s && !point.tpot_s) row.reject("tpot_s", "and ttft_s are both empty");
  repairParallelism(point);
  return point;
}

Result<std::vector<ServingMeasurement>> parsePoints(std::string_view text,
                                                    const std::string& file) {
  constexpr std::string_view kColumns[] = {"model",       "hardware",        "engine",
                                           "weights",     "tensor_parallel", "devices",
                                           "concurrency", "prompt_tokens",   "output_tokens"};
  auto points = checkRows(text, file, kColumns, pointOf);
  if (points && points->empty()) return fail(ErrorKind::kInput, file, "holds no measured points");
  return points;
}

}  // namespace

Result<std::vector<ServingMeasurement>> readServingPoints(const std::filesystem::path& file) {
  const auto text = readFileText(file);
  if (!text) return tl::unexpected(text.error());
  return parsePoints(text->text, file.string());
}

std::vector<ServingMeasurement> shippedServingPoints() {
  const auto text = gunzipped(embeddedTable(kShippedPoints), std::string(kShippedPoints));
  require(text.has_value(), "the shipped serving points are damaged");
  auto points = parsePoints(*text, std::string(kShippedPoints));
  require(points.has_value(), "the shipped serving points cannot be read");
  return *std::move(points);
}

}  // namespace moe
