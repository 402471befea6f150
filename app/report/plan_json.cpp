#include <cstdint>

#include "app/report/advice_json.h"
#include "app/report/json_document.h"
#include "app/report/plan_report.h"

namespace moe::report {
namespace {

/// Expert counts are whole.
Json count(double experts) { return static_cast<std::int64_t>(experts); }

const char* shortfallName(Shortfall shortfall) {
  switch (shortfall) {
    case Shortfall::kNone:
      return nullptr;
    case Shortfall::kNoOptimum:
      return "no_optimum";
    case Shortfall::kCannotReach:
      return "cannot_reach";
    case Shortfall::kDoesNotFit:
      return "does_not_fit";
    case Shortfall::kNoCostBound:
      return "no_cost_bound";
    case Shortfall::kTooDear:
      return "too_dear";
  }
  return nullptr;
}

Json intervals(const PlanRequest& request, double experts, const ConfigurationIntervals& ci) {
  // Active and total parameters are multiples of N at one E.
  const auto scaled = [&](double factor) {
    return ci.dense_params
               ? jsonInterval(factor * ci.dense_params->low, factor * ci.dense_params->high)
               : Json(nullptr);
  };
  Json json;
  json["dense_params"] = jsonInterval(ci.dense_params);
  json["active_params"] = scaled(request.shape_rule.activeParams(1, experts));
  json["total_params"] = scaled(request.shape_rule.totalParams(1, experts));
  json["train_tokens"] = jsonInterval(ci.train_tokens);
  json["tokens_per_param"] = jsonInterval(ci.tokens_per_param);
  json["loss"] = jsonInterval(ci.loss);
  json["usd_per_million_tokens"] = jsonInterval(ci.usd_per_million_tokens);
  json["usd_per_million_output_tokens_all_in"] =
      jsonInterval(ci.usd_per_million_output_tokens_all_in);
  json["size_vs_loss_optimal"] = jsonInterval(ci.size_vs_loss_optimal);
  json["over_training_factor"] = jsonInterval(ci.over_training_factor);
  json["cost_vs_base"] = jsonInterval(ci.cost_vs_base);
  return json;
}

void addModel(const Configuration& c, Json& json) {
  const auto known = [&](double value) { return c.exists ? jsonNumber(value) : Json(nullptr); };
  json["dense_params"] = known(c.dense_params);
  json["active_params"] = known(c.active_params);
  json["total_params"] = known(c.total_params);
  json["train_tokens"] = known(c.train_tokens);
  json["tokens_per_param"] = known(c.exists ? c.tokensPerParam() : 0);
  json["loss"] = known(c.loss);
  json["size_vs_loss_optimal"] = known(c.size_vs_loss_optimal);
  json["over_training_factor"] = known(c.over_training_factor);
}

void addServing(const Configuration& c, Json& json) {
  const ServingCost* s = c.serving ? &*c.serving : nullptr;
  const auto served = [&](double value) { return s ? jsonNumber(value) : Json(nullptr); };
  json["devices"] = s ? Json(s->devices) : Json(nullptr);
  json["concurrency"] = served(s ? s->concurrency : 0);
  json["usd_per_million_tokens"] = served(s ? s->usd_per_million_tokens : 0);
  json["usd_per_million_output_tokens_all_in"] =
      served(s ? s->usd_per_million_output_tokens_all_in : 0);
  json["output_tokens_per_s"] = served(s ? s->output_tokens_per_s : 0);
  json["train_usd"] = jsonNumber(c.train_usd);
  json["serve_usd"] = jsonNumber(c.serve_usd);
  json["cost_vs_base"] = jsonNumber(c.cost_vs_base);
  json["saving_vs_base"] = c.cost_vs_base ? jsonNumber(1 - *c.cost_vs_base) : Json(nullptr);
}

Json configurationJson(const PlanAnswer& answer, double experts, const Configuration& c) {
  Json json;
  json["experts"] = count(experts);
  json["feasible"] = c.serving.has_value();
  const char* why = shortfallName(c.shortfall);
  json["reason"] = why ? Json(why) : Json(nullptr);
  json["reachable_at_flop"] = jsonNumber(c.reachable_at);
  addModel(c, json);
  addServing(c, json);
  json["ci95"] = intervals(answer.request, experts, c.ci95);
  json["draws_share"] = answer.outcome.draws > 0 ? jsonNumber(c.draws_share) : Json(nullptr);
  json["extrapolated"] = c.extrapolated;
  addExtrapolation(c.extrapolation, json);
  json["tight_memory"] = c.tight_memory;
  const Basis loss_basis = c.extrapolation.worst() > 0 ? Basis::kExtrapolated : Basis::kFitted;
  json["basis"] = {{"loss", name(loss_basis)}, {"cost", name(servingBasis(answer.request))}};
  return json;
}

Json inputsJson(const PlanAnswer& answer) {
  const PlanRequest& request = answer.request;
  const PlanQuestion& question = answer.question;
  const auto text = [](const std::string& value) {
    return value.empty() ? Json(nullptr) : Json(value);
  };
  Json json;
  json["law"] = {{"name", request.law.name},
                 {"family", request.law.family->name},
                 {"formula", request.law.family->formula},
                 {"file", text(question.law_file)},
                 {"flop_per_param_token", request.law.flop_per_param_token},
                 {"posterior_draws", request.law.posterior.size()}};
  json["mode"] = planModeName(request.mode);
  json["budget_flop"] = jsonNumber(request.budget.value());
  json["budget_usd"] = jsonNumber(question.budget_usd);
  json["experts"] = Json::array();
  for (const PlanRow& row : answer.outcome.rows) json["experts"].push_back(count(row.experts));
  json["base_experts"] = count(request.base_experts);
  json["shape"] = {{"name", request.shape_rule.name},
                   {"routed_fraction", request.shape_rule.routed_fraction},
                   {"top_k", request.shape_rule.top_k},
                   {"mu", request.shape_rule.mu},
                   {"train_flop_factor", request.shape_rule.train_flop_factor}};
  json["cost_preset"] = text(question.cost_preset);
  json["hardware"] = request.accelerator.name;
  json["usd_per_device_hour"] = jsonNumber(request.price.value() * 3600);
  json["max_devices"] = request.max_devices;
  json["prompt_tokens"] = jsonNumber(request.workload.prompt_tokens);
  json["output_tokens"] = jsonNumber(request.workload.output_tokens);
  json["max_concurrency"] = jsonNumber(request.settings.max_concurrency);
  json["memory_fraction"] = jsonNumber(request.settings.memory_fraction);
  json["allreduce"] = request.settings.allreduce;
  json["lifetime_tokens"] = jsonNumber(request.lifetime_tokens);
  json["instruction_tuning_tokens"] = jsonNumber(answer.question.instruction_tuning_tokens);
  json["draws"] = request.draws;
  json["seed"] = request.seed;
  if (request.training)
    json["training"] = {{"hardware", request.training->accelerator.name},
                        {"usd_per_device_hour", request.training->price.value() * 3600},
                        {"mfu", request.training->mfu}};
  else
    json["training"] = nullptr;
  return json;
}

Json recommendedJson(const PlanAnswer& answer) {
  const PlanOutcome& outcome = answer.outcome;
  const Recommendation& choice = outcome.recommendation;
  const auto experts = [&](const std::optional<std::size_t>& row) {
    return row ? count(outcome.rows[*row].experts) : Json(nullptr);
  };
  Json json;
  json["index"] = choice.row ? Json(*choice.row) : Json(nullptr);
  json["experts"] = experts(choice.row);
  json["sentence"] = recommendationSentence(answer);
  json["probability_best"] =
      choice.row ? jsonNumber(outcome.rows[*choice.row].best_share) : Json(nullptr);
  json["runner_up_experts"] = experts(choice.runner_up);
  json["probability_beats_runner_up"] = jsonNumber(choice.beats_runner_up);
  json["better_but_extrapolated_experts"] = experts(choice.better_but_marked);
  return json;
}

Json variantsJson(const PlanOutcome& outcome) {
  Json list = Json::array();
  for (const PlanVariant& variant : outcome.variants) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < variant.rows.size(); ++i)
      rows.push_back({{"experts", count(outcome.rows[i].experts)},
                      {"loss_optimal_params", jsonNumber(variant.rows[i].loss_optimal_params)},
                      {"dense_params", jsonNumber(variant.rows[i].dense_params)},
                      {"loss", jsonNumber(variant.rows[i].loss)},
                      {"cost_vs_base", jsonNumber(variant.rows[i].cost_vs_base)}});
    list.push_back({{"label", variant.label}, {"configurations", rows}});
  }
  return list;
}

Json paperJson(const PlanAnswer& answer) {
  Json list = Json::array();
  for (const PaperClaim& claim : answer.paper)
    list.push_back({{"claim", claim.claim},
                    {"experts", count(claim.experts)},
                    {"paper", jsonInterval(claim.paper.low, claim.paper.high)},
                    {"ours", jsonNumber(claim.ours)},
                    {"ours_ci95", jsonInterval(claim.ours_ci95)},
                    {"direction_holds", claim.direction_holds},
                    {"figure_agrees", claim.figure_agrees}});
  return list;
}

}  // namespace

std::string planJson(const PlanAnswer& answer) {
  const PlanOutcome& outcome = answer.outcome;
  Json results;
  results["mode"] = planModeName(outcome.mode);
  results["base_experts"] = count(outcome.baseRow().experts);
  results["configurations"] = Json::array();
  results["loss_optimal"] = Json::array();
  for (const PlanRow& row : outcome.rows) {
    Json chosen = configurationJson(answer, row.experts, row.chosen);
    chosen["probability_best"] = jsonNumber(row.best_share);
    results["configurations"].push_back(std::move(chosen));
    results["loss_optimal"].push_back(configurationJson(answer, row.experts, row.loss_optimal));
  }
  results["recommended"] = recommendedJson(answer);
  results["draws"] = outcome.draws;
  results["variants"] = variantsJson(outcome);
  results["against_paper"] = paperJson(answer);
  results["instruction_tuning"] = instructionTuningJson(answer.instruction_tuning);
  results["advice"] = adviceJson(answer.advice);

  DocumentHead head;
  head.schema = "moeplan.plan/1";
  head.command = "plan";
  head.inputs = inputsJson(answer);
  head.sources = answer.sources;
  head.warnings = answer.warnings;
  head.timing = answer.timing;
  return documentText(head, results);
}

}  // namespace moe::report
