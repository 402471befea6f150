#include <fmt/format.h>

#include "app/report/fit_report.h"
#include "app/report/fit_study_json.h"
#include "app/report/json_document.h"

namespace moe::report {

namespace {

Json range(const Range& value) { return jsonInterval(value.low, value.high); }

Json range(const std::optional<Range>& value) { return value ? range(*value) : Json(nullptr); }

Json inputsJson(const FitAnswer& answer) {
  const FitQuestion& question = answer.question;
  Json inputs;
  inputs["files"] = question.points.files;
  inputs["laws"] = question.laws;
  inputs["map"] = question.points.map;
  inputs["filters"] = question.points.filters;
  inputs["exclude_runs"] = question.points.exclude_runs;
  inputs["n_is"] = name(answer.points.table.parameter_kind);
  inputs["skip_bad"] = question.points.skip_bad;
  inputs["drop_highest_loss"] = question.points.drop_highest_loss;
  inputs["curve"] = question.points.curve;
  inputs["objective"] = question.objective;
  inputs["delta"] = jsonNumber(question.delta);
  inputs["bounded"] = !question.unbounded;
  inputs["fixed"] = question.fixed;
  inputs["reduce"] = question.reduce;
  inputs["search"] = question.search;
  inputs["confirm"] = question.confirm;
  inputs["study"] = question.study;
  inputs["bootstrap"] = question.bootstrap;
  inputs["bootstrap_by"] = question.bootstrap_by;
  inputs["hold_out"] = question.hold_out;
  inputs["seed"] = question.seed;
  return inputs;
}

Json parameterJson(const ParameterFit& parameter) {
  Json json;
  json["name"] = parameter.name;
  json["value"] = jsonNumber(parameter.value);
  json["standard_error"] = jsonNumber(parameter.standard_error);
  json["ci95"] = range(parameter.ci95);
  json["wald95"] = range(parameter.wald95);
  json["identified"] = parameter.identified;
  if (!parameter.identified) json["reason"] = parameter.reason;
  json["on_bound"] = parameter.on_bound;
  json["meaning"] = parameter.meaning;
  return json;
}

Json searchJson(const FitQuestion& question, const FitResult& fit) {
  Json json;
  json["method"] = question.search == "grid" ? "4500-start grid" : "variable projection";
  json["starts"] = fit.starts;
  json["basins"] = fit.basins.size();
  json["share_at_best"] = jsonNumber(fit.share_at_best);
  json["converged"] = fit.converged;
  json["termination"] = fit.termination;
  if (fit.confirmation) {
    json["confirmation"] = {{"starts", fit.confirmation->starts},
                            {"at_best", fit.confirmation->at_best},
                            {"objective", jsonNumber(fit.confirmation->objective)},
                            {"found_lower", fit.confirmation->found_lower}};
  }
  json["basin_objectives"] = Json::array();
  for (const Basin& basin : fit.basins) json["basin_objectives"].push_back(basin.objective);
  return json;
}

Json windowsJson(const LawFit& fit) {
  Json json = Json::array();
  for (const WindowFit& window : fit.windows) {
    Json values;
    for (std::size_t i = 0; i < window.values.size(); ++i) {
      values[fit.fit.parameters[i].name] = jsonNumber(window.values[i]);
    }
    json.push_back({{"label", window.label},
                    {"window", jsonInterval(window.rule.low, window.rule.high)},
                    {"points", window.points},
                    {"objective", jsonNumber(window.objective)},
                    {"parameters", values}});
  }
  return json;
}

Json fitResultJson(const FitAnswer& answer, const LawFit& fit) {
  const FitResult& result = fit.fit;
  Json json;
  json["law"] = result.family->name;
  json["formula"] = result.family->formula;
  json["law_n_is"] = name(result.family->parameter_kind);
  json["law_n_includes_embeddings"] = result.family->counts_embeddings;
  json["flop_per_param_token"] = jsonNumber(fit.law.flop_per_param_token);
  json["router_flop"] = jsonNumber(fit.law.router_flop);
  json["no_optimum"] = fit.law.noOptimum();
  json["data"] = {{"runs", fit.data.runs},
                  {"points", fit.data.points},
                  {"mid_schedule", answer.points.mid_schedule},
                  {"n_range", range(fit.data.params)},
                  {"d_range", range(fit.data.train_tokens)},
                  {"e_range", range(fit.data.experts)}};
  const bool huber = result.objective_kind.kind == ObjectiveKind::kHuber;
  const bool raw = result.objective_kind.scale == ResidualScale::kLoss;
  json["objective"] = {{"kind", huber ? "huber" : "l2"},
                       {"on", raw ? "loss" : "ln_loss"},
                       {"delta", huber ? jsonNumber(result.objective_kind.delta) : Json(nullptr)},
                       {"value", jsonNumber(result.objective)}};
  json["parameters"] = Json::array();
  for (const ParameterFit& parameter : result.parameters) {
    json["parameters"].push_back(parameterJson(parameter));
  }
  json["interval_method"] = result.interval_method;
  json["quality"] = {{"rms_log_residual", jsonNumber(result.rms_log_residual)},
                     {"rms_residual", jsonNumber(result.rms_residual)},
                     {"mean_abs_log_residual", jsonNumber(result.mean_abs_log_residual)},
                     {"condition_number", jsonNumber(result.condition_number)}};
  json["search"] = searchJson(answer.question, result);
  json["bootstrap"] = {
      {"resamples", result.resamples},
      {"of", answer.question.bootstrap_by.empty() ? "runs" : answer.question.bootstrap_by}};
  json["ridges"] = result.ridges;
  if (fit.hold_out) {
    json["hold_out"] = {{"rule", answer.question.hold_out},
                        {"runs", fit.hold_out->runs},
                        {"points", fit.hold_out->points},
                        {"mean_abs_log_error", jsonNumber(fit.hold_out->mean_abs_log_error)},
                        {"mean_log_error", jsonNumber(fit.hold_out->mean_log_error)},
                        {"rms_log_error", jsonNumber(fit.hold_out->rms_log_error)}};
  }
  json["windows"] = windowsJson(fit);
  addStudy(answer, fit, json);
  json["warnings_of_fit"] = Json::array();
  for (const Warning& warning : fit.warnings) {
    json["warnings_of_fit"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
  if (!fit.saved_to.empty()) json["saved_to"] = fit.saved_to;
  if (!fit.residuals_saved_to.empty()) json["residuals_saved_to"] = fit.residuals_saved_to;
  return json;
}

}  // namespace

std::string fitJson(const FitAnswer& answer) {
  DocumentHead head{.schema = "moeplan.fit/1", .command = "fit"};
  head.inputs = inputsJson(answer);
  for (const RunSource& source : answer.points.table.sources) head.sources.push_back(source.path);
  head.warnings = answer.points.warnings;
  for (const LawFit& fit : answer.fits) {
    head.warnings.insert(head.warnings.end(), fit.warnings.begin(), fit.warnings.end());
  }
  head.timing = answer.timing;
  Json results = fitResultJson(answer, answer.fits.front());
  if (answer.fits.size() > 1) {
    results["fits"] = Json::array();
    for (const LawFit& fit : answer.fits) results["fits"].push_back(fitResultJson(answer, fit));
  }
  results["skipped"] = Json::array();
  for (const SkippedRow& row : answer.points.table.skipped) {
    results["skipped"].push_back({{"path", row.path}, {"line", row.line}, {"reason", row.reason}});
  }
  return documentText(head, results);
}

}  // namespace moe::report
