#include "data/catalog/training_table.h"

#include <fmt/format.h>

#include <cmath>

#include "data/embedded_tables.h"
#include "data/numbers.h"
#include "data/readers/row_cells.h"

namespace moe {
namespace {

constexpr const char* kShippedFile = "training/training_rows.csv";

/// A number that is 1 where the cell is empty or wrong.
double neededPositive(RowCells& reader, std::string_view column) {
  return reader.positive(column, true).value_or(1);
}

void readSplits(RowCells& reader, TrainingRow& row) {
  const auto count = [&](std::string_view column) {
    return static_cast<int>(reader.positive(column, false).value_or(1));
  };
  row.devices = static_cast<int>(neededPositive(reader, "devices"));
  row.tensor_parallel = count("tensor_parallel");
  row.pipeline_parallel = count("pipeline_parallel");
  if (const auto chunks = reader.positive("interleaved_stages", false))
    row.interleaved_stages = static_cast<int>(*chunks);
  row.context_parallel = count("context_parallel");
  row.expert_parallel = count("expert_parallel");
  row.overlapped_dispatch = reader.text("overlapped_dispatch", false) == "yes";
  const auto stage = parseNumber(reader.text("zero_stage", true));
  if (stage != 0.0 && stage != 1.0 && stage != 2.0 && stage != 3.0)
    reader.reject("zero_stage", "must be 0, 1, 2 or 3");
  row.zero_stage = static_cast<int>(stage.value_or(0));
}

TrainingRow trainingRowOf(RowCells& reader) {
  TrainingRow row;
  row.where = reader.where();
  row.model = reader.text("model", true);
  row.hardware = reader.text("hardware", true);
  row.source = reader.text("source", true);
  row.release = reader.text("release", true);
  if (!releaseMonth(row.release))
    reader.reject("release", fmt::format("is '{}'; use 25.11, 2024-12 or a year", row.release));
  row.precision = reader.text("precision", true);
  readSplits(reader, row);
  row.micro_batch_sequences = reader.positive("micro_batch_sequences", false).value_or(1);
  row.global_batch_sequences = neededPositive(reader, "global_batch_sequences");
  row.sequence_length = neededPositive(reader, "sequence_length");
  row.full_recompute = reader.text("recompute", false) == "full";
  row.tokens_per_s_per_device = neededPositive(reader, "tokens_per_s_per_device");
  row.published_model_tflops_per_device =
      reader.positive("published_model_tflops_per_device", false);
  row.verification = reader.text("verification", true);
  row.notes = reader.text("notes", false);
  return row;
}

}  // namespace

std::optional<int> releaseMonth(std::string_view release) {
  const auto mark = release.find_first_of(".-");
  const auto year = parseNumber(release.substr(0, mark));
  if (!year || *year < 1 || *year != std::floor(*year)) return std::nullopt;
  const int since_2000 = static_cast<int>(*year) % 2000;
  constexpr int kMiddleOfTheYear = 7;
  if (mark == std::string_view::npos) return 12 * since_2000 + kMiddleOfTheYear;
  const auto month = parseNumber(release.substr(mark + 1, 2));
  if (!month || *month < 1 || *month > 12) return std::nullopt;
  return 12 * since_2000 + static_cast<int>(*month);
}

Result<std::vector<TrainingRow>> parseTrainingRows(std::string_view text, const std::string& file) {
  constexpr std::string_view kColumns[] = {"model",
                                           "hardware",
                                           "source",
                                           "release",
                                           "precision",
                                           "devices",
                                           "tensor_parallel",
                                           "pipeline_parallel",
                                           "interleaved_stages",
                                           "context_parallel",
                                           "expert_parallel",
                                           "overlapped_dispatch",
                                           "zero_stage",
                                           "micro_batch_sequences",
                                           "global_batch_sequences",
                                           "sequence_length",
                                           "recompute",
                                           "tokens_per_s_per_device",
                                           "published_model_tflops_per_device",
                                           "verification",
                                           "notes"};
  return checkRows(text, file, kColumns, trainingRowOf);
}

std::vector<TrainingRow> shippedTrainingRows() {
  auto rows = parseTrainingRows(embeddedTable(kShippedFile), kShippedFile);
  require(rows.has_value(), "the shipped training rows can be read");
  return *std::move(rows);
}

}  // namespace moe
