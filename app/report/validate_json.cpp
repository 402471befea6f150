#include "app/report/json_document.h"
#include "app/report/validate_report.h"

namespace moe::report {
namespace {

Json summaryJson(const ErrorSummary& summary) {
  const auto figure = [&](double value) {
    return summary.count > 0 ? jsonNumber(value) : Json(nullptr);
  };
  return {{"n", summary.count},
          {"mape", figure(summary.mape)},
          {"median_ape", figure(summary.median_ape)},
          {"median_ratio", figure(summary.median_ratio)},
          {"p90_ape", figure(summary.p90_ape)}};
}

void addErrors(Json& json, const ValidatedGroup& group) {
  const IntervalCoverage& coverage = group.coverage;
  json["tpot"] = summaryJson(group.accuracy.tpot);
  json["ttft"] = summaryJson(group.accuracy.ttft);
  json["latency"] = summaryJson(group.accuracy.latency);
  json["tpot_in_ci90"] = {
      {"n", coverage.count},
      {"inside", coverage.inside},
      {"share", coverage.count > 0 ? jsonNumber(coverage.share()) : Json(nullptr)}};
}

Json errorsJson(const ValidatedGroup& group) {
  Json json = Json::object();
  addErrors(json, group);
  return json;
}

Json setsJson(const std::vector<ValidatedGroup>& sets) {
  Json list = Json::array();
  for (const ValidatedGroup& set : sets) {
    Json json = {{"name", set.accuracy.name}};
    addErrors(json, set);
    list.push_back(std::move(json));
  }
  return list;
}

Json groupsJson(const ValidateOutcome& outcome) {
  Json list = Json::array();
  for (const ValidatedGroup& group : outcome.groups) {
    Json json = Json::object();
    for (std::size_t i = 0; i < outcome.keys.size(); ++i)
      json[std::string(name(outcome.keys[i]))] = group.values[i];
    addErrors(json, group);
    if (outcome.flagged)
      json["core"] = {{"tpot", summaryJson(group.core.tpot)},
                      {"ttft", summaryJson(group.core.ttft)},
                      {"latency", summaryJson(group.core.latency)}};
    list.push_back(std::move(json));
  }
  return list;
}

/// What was measured, as it was read (and repaired).
Json deploymentJson(const ServingMeasurement& measured) {
  return {{"where", measured.where},
          {"model", measured.model},
          {"hardware", measured.hardware},
          {"engine", measured.engine},
          {"engine_version", measured.engine_version},
          {"weights", measured.weights},
          {"tensor_parallel", measured.tensor_parallel},
          {"attention_data_parallel", measured.data_parallel},
          {"moe_tensor_parallel", measured.moe_tensor_parallel},
          {"expert_parallel", measured.expert_parallel},
          {"devices", measured.devices},
          {"concurrency", jsonNumber(measured.concurrency)},
          {"prompt_tokens", jsonNumber(measured.prompt_tokens)},
          {"output_tokens", jsonNumber(measured.output_tokens)}};
}

Json rowJson(const ValidatedPoint& row) {
  const ServingMeasurement& measured = row.point.measured;
  Json json = deploymentJson(measured);
  json["model"] = row.point.model;
  json["hardware"] = row.point.hardware;
  json["predicted_tpot_s"] = jsonNumber(row.tpot_s);
  json["measured_tpot_s"] = jsonNumber(measured.tpot_s);
  json["predicted_ttft_s"] = jsonNumber(row.ttft_s);
  json["measured_ttft_s"] = jsonNumber(measured.ttft_s);
  json["tpot_ci90_s"] = jsonInterval(row.tpot_low_s, row.tpot_high_s);
  json["tpot_in_ci90"] = row.inside ? Json(*row.inside) : Json(nullptr);
  json["basis"] = std::string(name(row.point.basis));
  json["running_requests"] = jsonNumber(row.point.point.concurrency);
  json["flags"] = measured.flags;
  json["core"] = measured.core;
  json["repaired"] = measured.repaired;
  return json;
}

Json skippedJson(const std::vector<SkippedPoint>& skipped) {
  Json list = Json::array();
  for (const auto& [measured, reason] : skipped) {
    Json json = deploymentJson(measured);
    json["reason"] = reason;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

std::string validateJson(const ValidateOutcome& outcome, const std::string& accuracy_page,
                         Seconds timing) {
  DocumentHead head{.schema = "moeplan.validate/1", .command = "validate"};
  Json by = Json::array();
  for (const PointKey key : outcome.keys) by.push_back(std::string(name(key)));
  head.inputs = {{"points", outcome.points}, {"by", by}};
  head.inputs["accuracy_page"] = accuracy_page.empty() ? Json(nullptr) : Json(accuracy_page);
  head.sources = outcome.sources;
  head.warnings = outcome.warnings;
  head.timing = timing;
  Json results;
  results["data"] = {{"rows", outcome.rows.size() + outcome.skipped.size()},
                     {"predicted", outcome.rows.size()},
                     {"skipped", outcome.skipped.size()}};
  results["overall"] = errorsJson(outcome.overall);
  results["sets"] = setsJson(outcome.sets);
  results["groups"] = groupsJson(outcome);
  results["rows"] = Json::array();
  for (const ValidatedPoint& row : outcome.rows) results["rows"].push_back(rowJson(row));
  results["skipped"] = skippedJson(outcome.skipped);
  return documentText(head, results);
}

}  // namespace moe::report
