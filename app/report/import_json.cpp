#include <cmath>

#include "app/report/import_report.h"
#include "app/report/json_document.h"

namespace moe::report {
namespace {

Json importFileJson(const ImportedFile& file) {
  Json json{{"path", file.path},
            {"bytes", file.bytes},
            {"sha256", file.sha256.empty() ? Json(nullptr) : Json(file.sha256)},
            {"reader", file.reader},
            {"skipped_places", file.skips}};
  json["first_skips"] = Json::array();
  for (const LogSkip& skip : file.first_skips)
    json["first_skips"].push_back({{"place", skip.place}, {"reason", skip.reason}});
  json["problem"] = file.problem.empty() ? Json(nullptr) : Json(file.problem);
  return json;
}

Json loggedValueJson(const LoggedValue& value) {
  return {
      {"step", jsonNumber(value.step)}, {"value", jsonNumber(value.value)}, {"place", value.place}};
}

Json seriesJson(const SeriesFacts& series) {
  return {{"name", series.name},
          {"values", series.count},
          {"not_finite", series.not_finite},
          {"repeated", series.repeats},
          {"replaced", series.dropped},
          {"first", loggedValueJson(series.first)},
          {"last", loggedValueJson(series.last)},
          {"lowest", jsonNumber(series.lowest)},
          {"highest", jsonNumber(series.highest)},
          {"taken_as", series.taken_as.empty() ? Json(nullptr) : Json(series.taken_as)}};
}

Json lossJson(const ImportedRun& run) {
  if (!run.loss) return nullptr;
  return {{"value_nats", jsonNumber(run.loss->value)},
          {"series", run.loss->series},
          {"split", name(run.loss->split)},
          {"logged_as", name(run.loss->unit)},
          {"converted", run.loss->converted},
          {"step", jsonNumber(run.loss->step)},
          {"where", run.loss->where}};
}

Json positiveOrNull(double value) { return value > 0 ? jsonNumber(value) : Json(nullptr); }

Json yesNoJson(const std::optional<bool>& value) { return value ? Json(*value) : Json(nullptr); }

Json usedJson(const ImportedRun& run) {
  Json list = Json::array();
  for (const FoundFact& fact : run.facts) {
    list.push_back({{"what", name(fact.role)},
                    {"value", std::isfinite(fact.value) ? jsonNumber(fact.value) : Json(fact.text)},
                    {"text", fact.text},
                    {"from", fact.key},
                    {"where", fact.where.empty() ? Json(nullptr) : Json(fact.where)}});
  }
  return list;
}

Json runJson(const ImportedRun& run, const ImportOutcome& outcome) {
  Json json{{"run_id", run.id}, {"reader", run.reader}, {"records", run.records}};
  json["files"] = Json::array();
  for (const std::size_t file : run.files) json["files"].push_back(outcome.files[file].path);
  json["usable"] = run.used();
  json["active_params"] = positiveOrNull(run.active_params);
  json["total_params"] = positiveOrNull(run.total_params);
  json["active_params_without_embedding"] = positiveOrNull(run.non_embedding_params);
  json["train_tokens"] = positiveOrNull(run.train_tokens);
  json["experts"] = jsonNumber(run.experts);
  json["top_k"] = jsonNumber(run.top_k);
  json["granularity"] = jsonNumber(run.granularity);
  json["loss"] = lossJson(run);
  json["planned_steps"] = jsonNumber(run.planned_steps);
  json["last_step"] = jsonNumber(run.last_step);
  json["finished"] = yesNoJson(run.finished);
  json["lr_end_over_peak"] = jsonNumber(run.lr_end_over_peak);
  json["flags"] = Json::array();
  for (const RunFlag& flag : run.flags)
    json["flags"].push_back({{"flag", name(flag.kind)}, {"reason", flag.reason}});
  json["excluded"] = run.excluded.empty() ? Json(nullptr) : Json(run.excluded);
  json["lacks"] = Json::array();
  for (const RunLack& lack : run.lacks)
    json["lacks"].push_back({{"what", lack.what}, {"message", lack.message}});
  json["used"] = usedJson(run);
  json["series"] = Json::array();
  for (const SeriesFacts& series : run.series) json["series"].push_back(seriesJson(series));
  return json;
}

}  // namespace

std::string importJson(const ImportOutcome& outcome, Seconds time) {
  const ImportRequest& request = outcome.request;
  DocumentHead head{"moeplan.import/1", "import"};
  head.inputs = {{"logs", request.logs},
                 {"preview", request.preview},
                 {"format", request.format},
                 {"pieces", request.pieces},
                 {"map", request.map},
                 {"set", request.set},
                 {"loss_rule", describe(outcome.plan.loss)},
                 {"loss_series", request.loss_series},
                 {"exclude", request.exclude},
                 {"bytes_per_token", positiveOrNull(request.bytes_per_token)},
                 {"tokens_per_loss", positiveOrNull(request.tokens_per_loss)},
                 {"curves", request.curves},
                 {"skip_bad", request.skip_bad}};
  for (const ImportedFile& file : outcome.files)
    if (file.problem.empty()) head.sources.push_back(file.path);
  head.warnings = outcome.warnings;
  head.timing = time;
  Json results = {
      {"table", outcome.table.empty() ? Json(nullptr) : Json(outcome.table)},
      {"provenance", outcome.provenance.empty() ? Json(nullptr) : Json(outcome.provenance)},
      {"rows", outcome.rows},
      {"counts",
       {{"runs", outcome.runs.size()},
        {"usable", outcome.usedRuns()},
        {"excluded", outcome.excludedRuns()},
        {"lacking", outcome.lackingRuns()}}}};
  results["files"] = Json::array();
  for (const ImportedFile& file : outcome.files) results["files"].push_back(importFileJson(file));
  results["runs"] = Json::array();
  for (const ImportedRun& run : outcome.runs) results["runs"].push_back(runJson(run, outcome));
  return documentText(head, results);
}

}  // namespace moe::report
