#include "data/catalog/training_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/embedded_tables.h"
#include "data/numbers.h"
#include "data/readers/raw_table.h"

namespace moe {
namespace {

constexpr const char* kShippedFile = "training/training_rows.csv";

/// Cells of one row by column name; the first thing that is wrong is kept.
class RowReader {
 public:
  RowReader(const RawTable& table, const RawRow& row, std::string where)
      : table_(table), row_(row), where_(std::move(where)) {}

  std::string text(std::string_view column) {
    const auto found = std::find(table_.columns.begin(), table_.columns.end(), column);
    if (found == table_.columns.end()) {
      reject(column, "is missing as a column");
      return {};
    }
    const auto index = static_cast<std::size_t>(found - table_.columns.begin());
    return std::string(trimmed(row_.cell(index)));
  }

  std::string needed(std::string_view column) {
    std::string value = text(column);
    if (value.empty()) reject(column, "is empty");
    return value;
  }

  std::optional<double> positive(std::string_view column) {
    const std::string value = text(column);
    if (value.empty()) return std::nullopt;
    const auto number = parseNumber(value);
    if (number && std::isfinite(*number) && *number > 0) return number;
    reject(column, fmt::format("is '{}'; a number above 0 is expected", value));
    return std::nullopt;
  }

  double positiveOr(std::string_view column, double without) {
    return positive(column).value_or(without);
  }

  double neededPositive(std::string_view column) {
    const auto value = positive(column);
    if (!value) reject(column, "is empty");
    return value.value_or(1);
  }

  void reject(std::string_view column, std::string_view why) {
    if (!error_) error_ = Error{ErrorKind::kInput, where_, fmt::format("{} {}", column, why)};
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  const RawTable& table_;
  const RawRow& row_;
  std::string where_;
  std::optional<Error> error_;
};

void readSplits(RowReader& reader, TrainingRow& row) {
  const auto count = [&](std::string_view column) {
    return static_cast<int>(reader.positiveOr(column, 1));
  };
  row.devices = static_cast<int>(reader.neededPositive("devices"));
  row.tensor_parallel = count("tensor_parallel");
  row.pipeline_parallel = count("pipeline_parallel");
  if (const auto chunks = reader.positive("interleaved_stages"))
    row.interleaved_stages = static_cast<int>(*chunks);
  row.context_parallel = count("context_parallel");
  row.expert_parallel = count("expert_parallel");
  row.overlapped_dispatch = reader.text("overlapped_dispatch") == "yes";
  const auto stage = parseNumber(reader.needed("zero_stage"));
  if (stage != 0.0 && stage != 1.0 && stage != 2.0 && stage != 3.0)
    reader.reject("zero_stage", "must be 0, 1, 2 or 3");
  row.zero_stage = static_cast<int>(stage.value_or(0));
}

Result<TrainingRow> rowOf(RowReader reader, const std::string& where) {
  TrainingRow row;
  row.where = where;
  row.model = reader.needed("model");
  row.hardware = reader.needed("hardware");
  row.source = reader.needed("source");
  row.release = reader.needed("release");
  if (!releaseMonth(row.release))
    reader.reject("release", fmt::format("is '{}'; use 25.11, 2024-12 or a year", row.release));
  row.precision = reader.needed("precision");
  readSplits(reader, row);
  row.micro_batch_sequences = reader.positiveOr("micro_batch_sequences", 1);
  row.global_batch_sequences = reader.neededPositive("global_batch_sequences");
  row.sequence_length = reader.neededPositive("sequence_length");
  row.full_recompute = reader.text("recompute") == "full";
  row.tokens_per_s_per_device = reader.neededPositive("tokens_per_s_per_device");
  row.published_model_tflops_per_device = reader.positive("published_model_tflops_per_device");
  row.verification = reader.needed("verification");
  row.notes = reader.text("notes");
  if (reader.error()) return tl::unexpected(*reader.error());
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
  const auto table = readDelimited(text, ',', file);
  if (!table) return tl::unexpected(table.error());
  if (!table->bad_rows.empty())
    return fail(ErrorKind::kInput, fmt::format("{}:{}", file, table->bad_rows.front().line),
                table->bad_rows.front().reason);
  std::vector<TrainingRow> rows;
  for (const RawRow& raw : table->rows) {
    const std::string where = fmt::format("{}:{}", file, raw.line);
    auto row = rowOf(RowReader(*table, raw, where), where);
    if (!row) return tl::unexpected(row.error());
    rows.push_back(*std::move(row));
  }
  return rows;
}

std::vector<TrainingRow> shippedTrainingRows() {
  auto rows = parseTrainingRows(embeddedTable(kShippedFile), kShippedFile);
  require(rows.has_value(), "the shipped training rows can be read");
  return *std::move(rows);
}

}  // namespace moe
