#include "app/report/run/run_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "app/report/json_document.h"
#include "app/report/number_text.h"
#include "app/report/text_table.h"
#include "data/csv_field.h"

namespace moe::report {
namespace {

constexpr const char* kRunSchema = "moeplan.run/1";
constexpr const char* kTimesSchema = "moeplan.run-times/1";
constexpr const char* kSummaryColumns =
    "step,status,result,value,unit,interval_low,interval_high,interval_level,why\n";
constexpr StepStatus kStatuses[] = {StepStatus::kDone, StepStatus::kNo, StepStatus::kFailed,
                                    StepStatus::kSkipped, StepStatus::kCancelled};

const char* statusWords(StepStatus status) {
  switch (status) {
    case StepStatus::kDone:
      return "done";
    case StepStatus::kNo:
      return "no";
    case StepStatus::kFailed:
      return "FAILED";
    case StepStatus::kSkipped:
      return "skipped";
    case StepStatus::kCancelled:
      return "not finished";
  }
  return "";
}

std::string timeCell(const StepRow& row) {
  if (row.kept) return "kept";
  return row.timing.value() > 0 ? decimalText(row.timing.value(), 2) : kNothing;
}

TextTable summaryTable(const RunOutcome& outcome) {
  TextTable table{outcome.title,
                  {{"Step", "", Align::kLeft},
                   {"Status", "", Align::kLeft},
                   {"Time", "s"},
                   {"Result, or why there is none", "", Align::kLeft}}};
  for (const StepRow& row : outcome.rows)
    table.rows.push_back({row.step, statusWords(row.status), timeCell(row),
                          row.why.empty() ? row.headline.text : row.why});
  return table;
}

/// "198 done, 2 failed".
std::string countsText(const RunOutcome& outcome) {
  std::vector<std::string> counts;
  for (const StepStatus status : kStatuses) {
    const auto count = std::count_if(outcome.rows.begin(), outcome.rows.end(),
                                     [&](const StepRow& row) { return row.status == status; });
    if (count > 0) counts.push_back(fmt::format("{} {}", count, name(status)));
  }
  return fmt::format("{}", fmt::join(counts, ", "));
}

std::string keptText(const RunOutcome& outcome) {
  const auto kept = std::count_if(outcome.rows.begin(), outcome.rows.end(),
                                  [](const StepRow& row) { return row.kept; });
  return kept > 0 ? fmt::format("; {} kept from earlier", kept) : "";
}

Json stepJson(const StepRow& row) {
  const StepHeadline& headline = row.headline;
  Json json;
  json["step"] = row.step;
  json["status"] = name(row.status);
  json["result"] = headline.text.empty() ? Json(nullptr) : Json(headline.text);
  json["value"] = jsonNumber(headline.value);
  json["unit"] = headline.unit;
  json["interval"] = jsonInterval(headline.interval);
  json["interval_level"] = headline.interval_level;
  json["why"] = row.why;
  return json;
}

Json summaryOfRun(const RunOutcome& outcome, const std::vector<StepRow>& rows) {
  Json json;
  json["schema"] = kRunSchema;
  json["title"] = outcome.title;
  json["steps"] = Json::array();
  for (const StepRow& row : rows) json["steps"].push_back(stepJson(row));
  return json;
}

std::string dumpedText(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Json timesOf(const RunOutcome& outcome) {
  Json json;
  json["schema"] = kTimesSchema;
  json["timing_s"] = jsonNumber(outcome.timing.value());
  json["steps"] = Json::array();
  for (const StepRow& row : outcome.rows)
    json["steps"].push_back(
        {{"step", row.step},
         {"kept", row.kept},
         {"timing_s", row.kept ? Json(nullptr) : jsonNumber(row.timing.value())}});
  return json;
}

std::string summaryCsv(const RunOutcome& outcome) {
  std::string csv = kSummaryColumns;
  const auto number = [](const std::optional<double>& value) {
    return value && std::isfinite(*value) ? fmt::format("{}", *value) : std::string();
  };
  for (const StepRow& row : outcome.whole) {
    const StepHeadline& h = row.headline;
    csv += fmt::format("{},{},{},{},{},{},{},{},{}\n", row.step, name(row.status), csvField(h.text),
                       number(h.value), csvField(h.unit), h.interval ? number(h.interval->low) : "",
                       h.interval ? number(h.interval->high) : "", h.interval_level,
                       csvField(row.why));
  }
  return csv;
}

}  // namespace

std::string runText(const RunOutcome& outcome) {
  std::string text = tableText(summaryTable(outcome), 120);
  text += fmt::format("\n{} of {} steps in {}{}; results in {}\n", countsText(outcome),
                      outcome.rows.size(), durationText(outcome.timing), keptText(outcome),
                      outcome.results.generic_string());
  if (!outcome.leftover.empty())
    text +=
        wrappedText(fmt::format("Results of steps that the project no longer has are still "
                                "there: {}",
                                fmt::join(outcome.leftover, ", ")));
  return text;
}

std::string runJson(const RunOutcome& outcome) {
  Json results = summaryOfRun(outcome, outcome.rows);
  DocumentHead head{.schema = kRunSchema, .command = "run"};
  head.inputs["results"] = outcome.results.generic_string();
  head.timing = outcome.timing;
  results.erase("schema");
  for (std::size_t i = 0; i < outcome.rows.size(); ++i) {
    results["steps"][i]["kept"] = outcome.rows[i].kept;
    results["steps"][i]["timing_s"] =
        outcome.rows[i].kept ? Json(nullptr) : jsonNumber(outcome.rows[i].timing.value());
  }
  results["leftover"] = outcome.leftover;
  return documentText(head, results);
}

std::vector<ResultFile> runSummary(const RunOutcome& outcome) {
  return {{"summary.json", dumpedText(summaryOfRun(outcome, outcome.whole))},
          {"summary.csv", summaryCsv(outcome)},
          {"run.json", dumpedText(timesOf(outcome))}};
}

std::vector<ResultFile> summaryBeginnings() {
  const auto of_schema = [](const char* schema) {
    return fmt::format("{{\n  \"schema\": \"{}\"", schema);
  };
  return {{"summary.json", of_schema(kRunSchema)},
          {"summary.csv", kSummaryColumns},
          {"run.json", of_schema(kTimesSchema)}};
}

std::string plannedRunText(const std::vector<PlannedStep>& steps) {
  TextTable table{"What would be done",
                  {{"Step", "", Align::kLeft}, {"", "", Align::kLeft}, {"Why", "", Align::kLeft}}};
  for (const PlannedStep& step : steps)
    table.rows.push_back(
        {step.step, step.keep ? "keep" : "answer", step.keep ? "unchanged" : step.why});
  return tableText(table, 120);
}

std::string plannedRunJson(const std::vector<PlannedStep>& steps) {
  Json results;
  results["dry_run"] = true;
  results["steps"] = Json::array();
  for (const PlannedStep& step : steps)
    results["steps"].push_back({{"step", step.step}, {"keep", step.keep}, {"why", step.why}});
  return documentText({.schema = kRunSchema, .command = "run"}, results);
}

}  // namespace moe::report
