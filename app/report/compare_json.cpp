#include "app/report/compare_report.h"
#include "app/report/json_document.h"

namespace moe::report {

namespace {

const char* standingName(Standing standing) {
  switch (standing) {
    case Standing::kLeader:
      return "first";
    case Standing::kCannotTell:
      return "cannot_tell";
    case Standing::kBeaten:
      return "clearly_worse";
    case Standing::kUnsuitable:
      break;
  }
  return "unsuitable";
}

Json errorJson(const std::optional<HoldOutResult>& result, const std::string& reason) {
  if (!result) return reason.empty() ? Json(nullptr) : Json{{"reason", reason}};
  return {{"runs", result->runs},
          {"points", result->points},
          {"mean_abs_log_error", jsonNumber(result->mean_abs_log_error)},
          {"mean_log_error", jsonNumber(result->mean_log_error)},
          {"rms_log_error", jsonNumber(result->rms_log_error)}};
}

Json excessJson(const std::optional<ErrorExcess>& excess) {
  if (!excess) return nullptr;
  return {{"mean", jsonNumber(excess->mean)},
          {"ci95", jsonInterval(excess->ci95.low, excess->ci95.high)}};
}

Json scoreJson(const FamilyScore& score) {
  Json json;
  json["law"] = score.family->name;
  json["verdict"] = standingName(score.standing);
  if (!score.fit) {
    json["reason"] = score.unsuitable;
    return json;
  }
  json["same_as"] = score.same_as ? Json(score.same_as->name) : Json(nullptr);
  json["nested_in"] =
      score.family->nested_in.empty() ? Json(nullptr) : Json(score.family->nested_in);
  json["free_parameters"] = score.free_parameters;
  json["objective"] = jsonNumber(score.fit->objective);
  json["mean_abs_log_residual"] = jsonNumber(score.fit->mean_abs_log_residual);
  json["rms_log_residual"] = jsonNumber(score.fit->rms_log_residual);
  json["hold_out"] = errorJson(score.hold_out, score.no_hold_out);
  json["hold_out_excess"] = excessJson(score.hold_out_excess);
  json["cross_validation"] = errorJson(score.cross_validation, score.no_cross_validation);
  json["cross_validation_excess"] = excessJson(score.cross_validation_excess);
  json["log_likelihood"] = jsonNumber(score.log_likelihood);
  json["aic"] = jsonNumber(score.aic);
  json["bic"] = jsonNumber(score.bic);
  Json values = Json::object();
  for (const ParameterFit& parameter : score.fit->parameters) {
    values[parameter.name] = jsonNumber(parameter.value);
  }
  json["parameters"] = values;
  return json;
}

}  // namespace

std::string compareJson(const CompareAnswer& answer) {
  const CompareQuestion& question = answer.question;
  DocumentHead head{.schema = "moeplan.compare/1", .command = "compare"};
  head.inputs["files"] = question.points.files;
  head.inputs["map"] = question.points.map;
  head.inputs["filters"] = question.points.filters;
  head.inputs["exclude_runs"] = question.points.exclude_runs;
  head.inputs["curve"] = question.points.curve;
  head.inputs["drop_highest_loss"] = question.points.drop_highest_loss;
  head.inputs["n_is"] = name(answer.points.table.parameter_kind);
  head.inputs["laws"] = question.laws;
  head.inputs["objective"] = question.objective;
  head.inputs["delta"] = jsonNumber(question.delta);
  head.inputs["bounded"] = !question.unbounded;
  head.inputs["reduce"] = question.reduce;
  head.inputs["hold_out"] = question.hold_out;
  head.inputs["folds"] = question.folds;
  head.inputs["seed"] = question.seed;
  for (const RunSource& source : answer.points.table.sources) head.sources.push_back(source.path);
  head.warnings = answer.warnings;
  head.timing = answer.timing;
  Json results;
  const Comparison& comparison = answer.comparison;
  results["data"] = {{"points", answer.points.table.runs.size()},
                     {"runs", answer.points.runs},
                     {"held_out_runs", answer.held_runs},
                     {"mid_schedule", answer.points.mid_schedule}};
  results["recommended"] = comparison.scores[*comparison.recommended].family->name;
  results["first"] = comparison.scores.front().family->name;
  results["laws"] = Json::array();
  for (const FamilyScore& score : comparison.scores) results["laws"].push_back(scoreJson(score));
  return documentText(head, results);
}

}  // namespace moe::report
