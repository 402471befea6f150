#include "app/report/fit_study_json.h"

#include "app/report/json_document.h"

namespace moe::report {

namespace {

constexpr std::size_t kMostInfluential = 50;

Json profilesJson(const FitStudy& study) {
  Json profiles = Json::array();
  for (const Profile& profile : study.profiles) {
    Json curve = Json::array();
    for (const ProfilePoint& point : profile.curve) {
      curve.push_back({{"value", jsonNumber(point.value)},
                       {"objective", jsonNumber(point.objective)},
                       {"chi_square", jsonNumber(point.chi_square)}});
    }
    profiles.push_back({{"parameter", profile.parameter},
                        {"ci95", {jsonNumber(profile.low95), jsonNumber(profile.high95)}},
                        {"critical_chi_square", jsonNumber(profile.critical)},
                        {"differs_from_wald", profile.differs_from_wald},
                        {"found_lower", profile.found_lower},
                        {"curve", curve}});
  }
  return profiles;
}

Json tradeOffsJson(const FitResult& fit) {
  Json pairs = Json::array();
  for (const TradeOff& pair : fit.trade_offs) {
    pairs.push_back(
        {{"parameters", {fit.parameters[pair.first].name, fit.parameters[pair.second].name}},
         {"correlation", jsonNumber(pair.correlation)}});
  }
  return pairs;
}

Json residualStudyJson(const FitAnswer& answer, const LawFit& fit) {
  if (!fit.study.residuals) return nullptr;
  const ResidualStudy& study = *fit.study.residuals;
  Json json;
  json["outliers"] = Json::array();
  for (const std::size_t i : study.outliers) {
    const Residual& point = study.points[i];
    const std::size_t row = fit.data.rows[i];
    json["outliers"].push_back({{"place", answer.points.table.place(row)},
                                {"run_id", answer.points.table.runs[row].run_id},
                                {"log_residual", jsonNumber(point.log_residual)},
                                {"robust_z", jsonNumber(point.robust_z)},
                                {"weight", jsonNumber(point.weight)},
                                {"leverage", jsonNumber(point.leverage)}});
  }
  json["trends"] = Json::array();
  for (const Trend& trend : study.trends) {
    json["trends"].push_back({{"variable", trend.variable},
                              {"of_spread", trend.of_spread},
                              {"spearman", jsonNumber(trend.correlation)},
                              {"p_value", jsonNumber(trend.p_value)}});
  }
  json["replicates"] = {{"sets", study.replicates.sets},
                        {"degrees_of_freedom", study.replicates.degrees_of_freedom},
                        {"noise", jsonNumber(study.replicates.noise)},
                        {"lack_of_fit_p", jsonNumber(study.replicates.lack_of_fit_p)},
                        {"copies", study.replicates.copies}};
  return json;
}

Json influenceJson(const FitAnswer& answer, const LawFit& fit) {
  Json runs = Json::array();
  for (const RunInfluence& run : fit.study.influence) {
    if (runs.size() == kMostInfluential) break;
    const std::size_t row = fit.data.rows[run.rows.front()];
    runs.push_back({{"run_id", run.run_id},
                    {"place", answer.points.table.place(row)},
                    {"points", run.rows.size()},
                    {"parameter", run.parameter},
                    {"shift_in_standard_errors", jsonNumber(run.shift_in_errors)},
                    {"largest_log_loss_shift", jsonNumber(run.largest_loss_shift)}});
  }
  return runs;
}

Json allocationJson(const FitStudy& study) {
  Json list = Json::array();
  for (const AllocationAtExperts& at : study.allocations) {
    Json rows = Json::array();
    for (const AllocationRow& row : at.allocation.rows) {
      Json json = {{"budget_flop", jsonNumber(row.budget.value())},
                   {"n", jsonNumber(row.optimum.params)},
                   {"d", jsonNumber(row.optimum.train_tokens)},
                   {"tokens_per_param", jsonNumber(row.optimum.tokens_per_param())},
                   {"loss", jsonNumber(row.optimum.loss)},
                   {"ci95",
                    {{"n", jsonInterval(row.ci95.params)},
                     {"d", jsonInterval(row.ci95.tokens)},
                     {"loss", jsonInterval(row.ci95.loss)}}},
                   {"draws_share", jsonNumber(row.ci95.draws_share)}};
      addExtrapolation(row.extrapolation, json);
      rows.push_back(json);
    }
    list.push_back({{"e", jsonNumber(at.experts)},
                    {"params_exponent", jsonNumber(at.allocation.params_exponent)},
                    {"params_exponent_ci95", jsonInterval(at.allocation.params_exponent95)},
                    {"optima", rows}});
  }
  return list;
}

Json lineJson(const PowerLine& line) {
  return {{"exponent", jsonNumber(line.exponent)},
          {"ci95", jsonInterval(line.exponent95)},
          {"log_amplitude", jsonNumber(line.log_amplitude)}};
}

Json isoFlopJson(const FitStudy& study) {
  if (!study.iso_flop) return nullptr;
  Json groups = Json::array();
  for (const IsoFlopGroup& group : study.iso_flop->groups) {
    groups.push_back({{"budget_flop", jsonNumber(group.flop)},
                      {"runs", group.runs},
                      {"usable", group.usable},
                      {"reason", group.reason},
                      {"n", group.usable ? jsonNumber(group.params) : Json(nullptr)},
                      {"d", group.usable ? jsonNumber(group.train_tokens) : Json(nullptr)},
                      {"loss", group.usable ? jsonNumber(group.loss) : Json(nullptr)}});
  }
  return {{"params", lineJson(study.iso_flop->params)},
          {"tokens", lineJson(study.iso_flop->tokens)},
          {"resamples", study.iso_flop->resamples},
          {"budgets", groups}};
}

Json suggestionJson(const LawFit& fit) {
  if (!fit.suggestion) return nullptr;
  const Suggestion& suggestion = *fit.suggestion;
  Json runs = Json::array();
  for (const SuggestedRun& run : suggestion.design.runs) {
    runs.push_back({{"n", jsonNumber(run.point.params)},
                    {"d", jsonNumber(run.point.train_tokens)},
                    {"e", jsonNumber(run.point.experts)},
                    {"flop", jsonNumber(run.flop.value())},
                    {"log_loss_error_after", jsonNumber(run.error_after)}});
  }
  return {{"target",
           {{"n", jsonNumber(suggestion.target.params)},
            {"d", jsonNumber(suggestion.target.train_tokens)},
            {"e", jsonNumber(suggestion.target.experts)},
            {"chosen", suggestion.target_chosen}}},
          {"budget_flop", jsonNumber(suggestion.budget.value())},
          {"log_loss_error_now", jsonNumber(suggestion.design.error_now)},
          {"run_log_loss_scatter", jsonNumber(suggestion.design.run_error)},
          {"plausible_laws", suggestion.design.plausible_laws},
          {"runs", runs}};
}

Json rivalJson(const LawFit& fit) {
  if (!fit.rival) return nullptr;
  const Rival& rival = *fit.rival;
  return {{"law", rival.family->name},
          {"hold_out_mean_abs_log_error", jsonNumber(rival.error)},
          {"own_hold_out_mean_abs_log_error", jsonNumber(rival.own_error)},
          {"excess_ci95", jsonInterval(rival.excess.ci95)},
          {"bic_gain", jsonNumber(rival.bic_gain)}};
}

}  // namespace

void addStudy(const FitAnswer& answer, const LawFit& fit, Json& json) {
  json["trade_offs"] = tradeOffsJson(fit.fit);
  json["profiles"] = profilesJson(fit.study);
  json["residual_study"] = residualStudyJson(answer, fit);
  json["influence"] = influenceJson(answer, fit);
  json["allocation"] = allocationJson(fit.study);
  json["no_allocation"] = fit.study.no_allocation;
  json["iso_flop"] = isoFlopJson(fit.study);
  json["suggested_runs"] = suggestionJson(fit);
  json["better_law"] = rivalJson(fit);
  json["study_left_out"] = fit.study.left_out;
}

}  // namespace moe::report
