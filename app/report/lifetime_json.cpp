#include <cmath>

#include "app/report/advice_json.h"
#include "app/report/json_document.h"
#include "app/report/lifetime_report.h"

namespace moe::report {
namespace {

Json text(const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); }

Json labels(const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const std::string& name : names) list.push_back(name);
  return list;
}

Json inputsJson(const LifetimeAnswer& answer) {
  const LifetimeQuestion& q = answer.question;
  const Law& law = answer.request.law;
  Json json;
  json["mode"] = "lifetime";
  json["law"] = {{"name", law.name},
                 {"family", law.family->name},
                 {"file", text(q.law_file)},
                 {"posterior_draws", law.posterior.size()}};
  json["lifetime_tokens"] = jsonNumber(q.lifetime_tokens);
  json["instruction_tuning_tokens"] = jsonNumber(q.instruction_tuning_tokens);
  json["target_loss"] = jsonNumber(q.target_loss);
  json["budget_usd"] = jsonNumber(q.budget_usd);
  const bool sizes = q.models.empty();
  json["experts"] = sizes ? jsonNumbers(q.experts) : Json(nullptr);
  json["top_k"] = jsonNumbers(q.top_k);
  json["granularity"] = jsonNumbers(q.granularity);
  json["weights"] = Json::array();
  for (const Precision weights : q.weights) json["weights"].push_back(std::string(name(weights)));
  json["hardware"] = labels(q.hardware);
  json["shape"] = sizes && q.model_template.empty() ? Json(q.shape) : Json(nullptr);
  json["model_template"] = text(q.model_template);
  json["models"] = labels(q.models);
  json["cost_preset"] = text(q.cost_preset);
  json["flop_prices"] = text(q.flop_prices);
  json["devices"] = Json(q.devices);
  json["parallelism"] = labels(q.parallelism);
  json["max_devices"] = q.max_devices ? Json(*q.max_devices) : Json(nullptr);
  json["prompt_tokens"] = jsonNumber(q.prompt_tokens);
  json["output_tokens"] = jsonNumber(q.output_tokens);
  json["max_concurrency"] = jsonNumber(q.max_concurrency);
  json["engine"] = q.engine;
  json["kv_cache"] = std::string(name(q.kv_cache));
  json["router_skew"] = jsonNumber(q.router_skew);
  json["limits"] = {{"ttft_s", jsonNumber(q.ttft_limit_s)},
                    {"tpot_s", jsonNumber(q.tpot_limit_s)},
                    {"unique_tokens", jsonNumber(q.unique_tokens)},
                    {"train_tokens", jsonNumber(q.max_train_tokens)},
                    {"tokens_per_param", jsonNumber(q.max_tokens_per_param)},
                    {"train_days", jsonNumber(q.max_train_days)}};
  json["training"] = {{"hardware", text(q.training_hardware)},
                      {"devices", q.training_devices ? Json(*q.training_devices) : Json(nullptr)},
                      {"mfu", jsonNumber(q.training_mfu)}};
  json["draws"] = q.draws;
  json["seed"] = q.seed;
  return json;
}

Json relaxationsJson(const LifetimeShortfall& shortfall) {
  Json list = Json::array();
  for (const Relaxation& change : shortfall.relaxations)
    list.push_back({{"limit", bindingKey(change.limit)},
                    {"has", jsonNumber(change.has)},
                    {"needs", jsonNumber(change.needs)}});
  return list;
}

void addModel(const PricedDesign& design, const LifetimeRow& row, Json& json) {
  const LifetimeModel m = row.best.value_or(LifetimeModel{});
  const auto known = [&](double value) { return row.best ? jsonNumber(value) : Json(nullptr); };
  json["dense_params"] = known(m.params);
  json["active_params"] = known(row.best ? design.active_params(m.params) : 0);
  json["total_params"] = known(row.best ? design.total_params(m.params) : 0);
  json["train_tokens"] = known(m.train_tokens);
  json["tokens_per_param"] = known(row.best ? m.tokensPerParam() : 0);
  json["epochs"] = known(row.epochs);
  json["loss"] = known(m.loss);
  json["size_vs_loss_optimal"] = known(row.size_vs_loss_optimal);
  json["over_training_factor"] = known(row.over_training_factor);
  json["train_flop"] = known(m.training.flop);
  json["train_device_hours"] = known(m.training.device_hours);
  json["train_wall_s"] = m.training.wall_s > 0 ? known(m.training.wall_s) : Json(nullptr);
  json["train_usd"] = known(m.training.usd);
  json["devices"] = known(m.serving.devices);
  json["parallelism"] = text(m.serving.parallelism);
  json["concurrency"] = known(m.serving.concurrency);
  json["tpot_s"] = m.serving.tpot_s > 0 ? known(m.serving.tpot_s) : Json(nullptr);
  json["ttft_s"] = m.serving.ttft_s > 0 ? known(m.serving.ttft_s) : Json(nullptr);
  json["usd_per_million_tokens"] = known(m.serving.usd_per_million_tokens);
  json["usd_per_million_output_tokens_all_in"] =
      known(m.serving.usd_per_million_output_tokens_all_in);
  json["serve_usd"] = known(m.serve_usd);
  json["total_usd"] = known(m.total_usd);
}

Json rowJson(const LifetimeAnswer& answer, const LifetimeRow& row) {
  const PricedDesign& design = answer.request.designs[row.design];
  Json json;
  json["design"] = design.label;
  json["experts"] = jsonNumber(design.model.experts);
  json["top_k"] = jsonNumber(design.top_k);
  json["granularity"] = jsonNumber(design.model.granularity);
  json["weights"] = std::string(name(design.weights));
  json["hardware"] = text(design.hardware);
  json["feasible"] = row.best.has_value();
  json["relaxations"] = relaxationsJson(row.shortfall);
  json["least_loss"] = jsonNumber(row.shortfall.least_loss);
  addModel(design, row, json);
  json["binding"] = row.best ? Json(bindingKey(row.binding)) : Json(nullptr);
  json["size_is_given"] = design.fixed;
  json["ci95"] = {{"dense_params", jsonInterval(row.ci95.params)},
                  {"train_tokens", jsonInterval(row.ci95.train_tokens)},
                  {"loss", jsonInterval(row.ci95.loss)},
                  {"train_usd", jsonInterval(row.ci95.train_usd)},
                  {"usd_per_million_output_tokens_all_in",
                   jsonInterval(row.ci95.usd_per_million_output_tokens_all_in)},
                  {"total_usd", jsonInterval(row.ci95.total_usd)}};
  json["draws_share"] = answer.outcome.draws > 0 ? jsonNumber(row.draws_share) : Json(nullptr);
  json["probability_best"] = jsonNumber(row.best_share);
  json[answer.request.target_loss ? "regret_usd" : "regret_nats"] = jsonNumber(row.regret);
  json["regret_share"] = jsonNumber(row.regret_share);
  json[answer.request.target_loss ? "regret_at_these_params_usd" : "regret_at_these_params_nats"] =
      jsonNumber(row.regret_at_these_params);
  json["extrapolated"] = row.extrapolated;
  addExtrapolation(row.extrapolation, json);
  json["price_uncertainty_share"] = jsonNumber(design.price_uncertainty);
  json["price_interpolation_error_share"] = jsonNumber(design.interpolation_error);
  const Basis loss = row.extrapolation.worst() > 0 ? Basis::kExtrapolated : Basis::kFitted;
  json["basis"] = {{"loss", name(loss)}, {"cost", name(answer.price_basis[row.design])}};
  return json;
}

Json recommendedJson(const LifetimeAnswer& answer) {
  const LifetimeRecommendation& choice = answer.outcome.recommendation;
  const auto label = [&](const std::optional<std::size_t>& row) {
    return row ? Json(answer.request.designs[answer.outcome.rows[*row].design].label)
               : Json(nullptr);
  };
  Json json;
  json["index"] = choice.row ? Json(*choice.row) : Json(nullptr);
  json["design"] = label(choice.row);
  json["sentence"] = lifetimeSentence(answer);
  json["probability_best"] =
      choice.row ? jsonNumber(answer.outcome.rows[*choice.row].best_share) : Json(nullptr);
  json["runner_up"] = label(choice.runner_up);
  json["runner_up_excess_share"] = jsonNumber(choice.runner_up_excess);
  json["probability_beats_runner_up"] = jsonNumber(choice.beats_runner_up);
  json["runner_up_wins_at"] = {{"lifetime_tokens", jsonNumber(choice.switches.lifetime_tokens)},
                               {"price_factor", jsonNumber(choice.switches.price_factor)}};
  json["better_but_extrapolated"] = label(choice.better_but_marked);
  return json;
}

Json modelJson(const LifetimeAnswer& answer) {
  if (!answer.model) return nullptr;
  const ConcreteModel& real = *answer.model;
  const TrainingCost& training = real.training.cost;
  const TrainingSetup& setup = real.training.setup;
  return {{"dense_params", jsonNumber(real.model.params.dense)},
          {"active_params", jsonNumber(real.model.params.active)},
          {"total_params", jsonNumber(real.model.params.total)},
          {"loss", jsonNumber(real.loss)},
          {"training",
           {{"train_tokens", jsonNumber(real.train_tokens)},
            {"train_flop", jsonNumber(training.train_flop.value())},
            {"device_hours", jsonNumber(training.device_time.value() / 3600)},
            {"wall_s", jsonNumber(training.time.value())},
            {"devices", setup.devices},
            {"tensor_parallel", setup.tensor_parallel},
            {"pipeline_parallel", setup.pipeline_parallel},
            {"expert_parallel", setup.expert_parallel},
            {"mfu", jsonNumber(training.mfu)},
            {"usd", jsonNumber(training.price.value())}}},
          {"serving",
           {{"devices", real.serving.parallelism.devices()},
            {"parallelism", nameOf(real.serving.parallelism)},
            {"concurrency", jsonNumber(real.serving.best.concurrency)},
            {"tpot_s", jsonNumber(real.serving.best.times.tpot_s)},
            {"ttft_s", jsonNumber(real.serving.best.times.ttft_s)},
            {"output_tokens_per_day", jsonNumber(86400 * real.output_tokens_per_s)},
            {"usd_per_million_output_tokens_all_in",
             jsonNumber(real.serving.usd_per_million_output_tokens_all_in)},
            {"usd_per_million_tokens", jsonNumber(real.usd_per_million_tokens)}}},
          {"serve_usd", jsonNumber(real.serve_usd)},
          {"total_usd", jsonNumber(real.total_usd)},
          {"toml", real.toml}};
}

Json curveJson(const std::optional<Curve>& curve) {
  if (!curve) return nullptr;
  Json points = Json::array();
  for (const CurvePoint& point : curve->points)
    points.push_back({{"dense_params", jsonNumber(point.params)},
                      {"train_tokens", jsonNumber(point.train_tokens)},
                      {"size_ratio", jsonNumber(point.size_ratio)},
                      {"tokens_ratio", jsonNumber(point.tokens_ratio)},
                      {"loss", jsonNumber(point.loss)},
                      {"train_usd", jsonNumber(point.training.usd)},
                      {"usd_per_million_output_tokens_all_in", jsonNumber(point.usd_per_million)},
                      {"total_usd", jsonNumber(point.total_usd)}});
  return {{"reference_params", jsonNumber(curve->reference_params)},
          {"reference_tokens", jsonNumber(curve->reference_tokens)},
          {"points", points}};
}

Json endJson(const std::optional<SensitivityEnd>& end) {
  if (!end) return nullptr;
  const bool answered = end->problem.empty();
  const auto known = [&](double value) { return answered ? jsonNumber(value) : Json(nullptr); };
  return {{"assumption", end->label},
          {"problem", text(end->problem)},
          {"design", text(end->design)},
          {"dense_params", known(end->params)},
          {"loss", known(end->loss)},
          {"total_usd", known(end->total_usd)},
          {"params_ratio", known(end->params_ratio)},
          {"total_ratio", known(end->total_ratio)},
          {"loss_difference", known(end->loss_difference)},
          {"design_changed", end->design_changed}};
}

Json sensitivityJson(const LifetimeAnswer& answer) {
  if (!answer.sensitivity) return nullptr;
  Json list = Json::array();
  for (const SensitivityRow& row : answer.sensitivity->rows)
    list.push_back({{"name", row.name},
                    {"swing", jsonNumber(row.swing)},
                    {"low", endJson(row.low)},
                    {"high", endJson(row.high)}});
  return list;
}

Json variantsJson(const LifetimeAnswer& answer) {
  Json list = Json::array();
  for (const LifetimeVariant& variant : answer.outcome.variants) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < variant.designs.size(); ++i) {
      const auto& figures = variant.designs[i];
      rows.push_back({{"design", answer.request.designs[i].label},
                      {"dense_params", figures ? jsonNumber(figures->params) : Json(nullptr)},
                      {"train_tokens", figures ? jsonNumber(figures->train_tokens) : Json(nullptr)},
                      {answer.request.target_loss ? "total_usd" : "loss",
                       figures ? jsonNumber(figures->objective) : Json(nullptr)}});
    }
    list.push_back({{"label", variant.label}, {"configurations", rows}});
  }
  return list;
}

}  // namespace

std::string lifetimeJson(const LifetimeAnswer& answer) {
  Json results;
  results["mode"] = "lifetime";
  results["configurations"] = Json::array();
  for (const LifetimeRow& row : answer.outcome.rows)
    results["configurations"].push_back(rowJson(answer, row));
  results["left_out"] = Json::array();
  for (const LeftOutDesign& design : answer.left_out)
    results["left_out"].push_back({{"design", design.label}, {"reason", design.reason}});
  results["recommended"] = recommendedJson(answer);
  results["model"] = modelJson(answer);
  results["draws"] = answer.outcome.draws;
  results["variants"] = variantsJson(answer);
  results["sensitivity"] = sensitivityJson(answer);
  results["instruction_tuning"] = instructionTuningJson(answer.instruction_tuning);
  results["advice"] = adviceJson(answer.advice);
  results["curves"] = {{"same_loss", curveJson(answer.curves.over_training)},
                       {"same_training_usd", curveJson(answer.curves.same_training)},
                       {"same_total_usd", curveJson(answer.curves.same_total)}};

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
