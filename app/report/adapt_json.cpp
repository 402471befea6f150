#include <algorithm>

#include "app/report/adapt_report.h"
#include "app/report/adapt_tables.h"
#include "app/report/json_document.h"

namespace moe::report {
namespace {

Json adaptInputs(const AdaptOutcome& outcome) {
  Json inputs = {{"model", outcome.model.entry.name},
                 {"targets", outcome.targets},
                 {"rank", outcome.rank},
                 {"mixture", outcome.mixture},
                 {"freeze_router", outcome.freeze_router}};
  if (outcome.adapters > 0) {
    inputs["adapters"] = outcome.adapters;
    inputs["serving_devices"] = outcome.serving_devices;
    inputs["prompt_tokens"] = jsonNumber(outcome.prompt_tokens);
    inputs["output_tokens"] = jsonNumber(outcome.output_tokens);
  }
  if (!outcome.run) return inputs;
  const TrainingSetup& setup = outcome.run->setup;
  inputs["hardware"] = outcome.run->accelerator.name;
  inputs["devices"] = setup.devices;
  inputs["tokens"] = jsonNumber(outcome.run->tokens);
  inputs["sequence_length_tokens"] = jsonNumber(setup.sequence_length);
  inputs["batch_sequences"] = jsonNumber(setup.global_batch_sequences);
  inputs["micro_batch_sequences"] = jsonNumber(setup.micro_batch_sequences);
  inputs["recompute"] = std::string(name(setup.recompute));
  inputs["mfu"] = jsonNumber(outcome.run->mfu);
  inputs["usd_per_device_hour"] = jsonNumber(outcome.run->price.value() * 3600);
  return inputs;
}

Json adaptedPartsJson(const AdaptedModel& adapted) {
  Json parts = Json::object();
  for (std::size_t i = 0; i < kModelParts; ++i)
    if (adapted.own[i] > 0) parts[std::string(name(static_cast<ModelPart>(i)))] = adapted.own[i];
  if (adapted.low_rank > 0) parts["low_rank"] = adapted.low_rank;
  if (adapted.vectors > 0) parts["vectors"] = adapted.vectors;
  if (adapted.mixture_routers > 0) parts["mixture_routers"] = adapted.mixture_routers;
  return parts;
}

Json adaptFlopJson(const AdaptationFlop& flop) {
  return {{"forward_flop_per_token", jsonNumber(flop.forward)},
          {"added_flop_per_token", jsonNumber(flop.added)},
          {"activation_gradient_flop_per_token", jsonNumber(flop.activation_gradients)},
          {"weight_gradient_flop_per_token", jsonNumber(flop.weight_gradients)},
          {"added_backward_flop_per_token", jsonNumber(flop.added_backward)},
          {"repeated_flop_per_token", jsonNumber(flop.repeated)},
          {"backward_flop_per_token", jsonNumber(flop.backward())},
          {"step_flop_per_token", jsonNumber(flop.computed())}};
}

Json adaptBasisJson(const AdaptationCost& cost) {
  if (!cost.fits) return nullptr;
  return cost.basis ? std::string(name(*cost.basis)) : std::string("given");
}

Json adaptCostJson(const AdaptationCost& cost) {
  const AdaptationMemory& memory = cost.memory;
  const auto interval = [&](double value) -> Json {
    if (!cost.basis || !cost.fits) return nullptr;
    return jsonInterval(value * cost.low_factor, value * cost.high_factor);
  };
  // What does not fit cannot run.
  const auto run = [&](double value) -> Json {
    return cost.fits ? jsonNumber(value) : Json(nullptr);
  };
  return {{"fits", cost.fits},
          {"zero_stage", cost.zero_stage},
          {"memory",
           {{"weights_bytes", jsonNumber(memory.weights.value())},
            {"gathered_layer_bytes", jsonNumber(memory.gathered_layer.value())},
            {"gradients_bytes", jsonNumber(memory.gradients.value())},
            {"optimizer_bytes", jsonNumber(memory.optimizer.value())},
            {"activations_bytes", jsonNumber(memory.activations.value())},
            {"logits_bytes", jsonNumber(memory.logits.value())},
            {"total_bytes", jsonNumber(memory.total().value())},
            {"device_bytes", jsonNumber(cost.device_memory.value())},
            {"device_reported_bytes", jsonNumber(cost.reported_memory.value())}}},
          {"tokens_per_s_per_device", run(cost.tokens_per_s_per_device)},
          {"time_s", run(cost.time.value())},
          {"time_s_ci90", interval(cost.time.value())},
          {"device_hours", run(cost.device_time.value() / 3600)},
          {"train_usd", run(cost.price.value())},
          {"train_usd_ci90", interval(cost.price.value())},
          {"basis", adaptBasisJson(cost)}};
}

Json adapterDeploymentJson(const AdapterDeployment& deployment) {
  return {{"devices", deployment.devices},
          {"weights_bytes", jsonNumber(deployment.weights.value())},
          {"kv_capacity_tokens", jsonNumber(deployment.kv_capacity_tokens)},
          {"concurrency", jsonNumber(deployment.concurrency)},
          {"tpot_s", jsonNumber(deployment.tpot.value())},
          {"output_tokens_per_s", jsonNumber(deployment.output_tokens_per_s)},
          {"output_tokens_per_s_per_device",
           jsonNumber(deployment.output_tokens_per_s / std::max(1, deployment.devices))}};
}

Json adaptServingJson(const AdapterServing& serving) {
  Json json = {{"fits", serving.fits},
               {"base_bytes", jsonNumber(serving.base.value())},
               {"adapter_bytes", jsonNumber(serving.adapter.value())}};
  if (serving.fits) {
    json["shared"] = adapterDeploymentJson(serving.shared);
    json["adapters_per_step"] = jsonNumber(serving.adapters_per_step);
    json["extra_read_bytes"] = jsonNumber(serving.extra_read.value());
    json["extra_step_s"] = jsonNumber(serving.extra_step.value());
  }
  json["copies"] = adapterDeploymentJson(serving.copies);
  return json;
}

Json qualityJson(const std::vector<PublishedQuality>& published) {
  Json list = Json::array();
  for (const PublishedQuality& one : published)
    list.push_back({{"method", std::string(name(one.method))},
                    {"trained", std::string(one.variant)},
                    {"trained_params_as_printed", std::string(one.trained)},
                    {"measure", std::string(one.measure)},
                    {"value_as_printed", std::string(one.value)},
                    {"source", std::string(one.source)}});
  return list;
}

Json adaptRowJson(const AdaptRow& row) {
  const AdaptedModel& adapted = row.adapted;
  const double all = static_cast<double>(adapted.model.params.total());
  Json json = {
      {"method", std::string(name(row.method))},
      {"trained_params", adapted.trained()},
      {"trained_share_of_total_params", jsonNumber(static_cast<double>(adapted.trained()) / all)},
      {"trained_params_by_part", adaptedPartsJson(adapted)},
      {"checkpoint_bytes", jsonNumber(row.bytes.checkpoint.value())},
      {"gradients_bytes", jsonNumber(row.bytes.gradients.value())},
      {"optimizer_bytes", jsonNumber(row.bytes.optimizer.value())},
      {"activation_bytes_per_token", jsonNumber(row.activation_bytes_per_token)}};
  json["flop"] = row.flop ? adaptFlopJson(*row.flop) : Json(nullptr);
  json["training"] = row.cost ? adaptCostJson(*row.cost) : Json(nullptr);
  json["serving"] = row.serving ? adaptServingJson(*row.serving) : Json(nullptr);
  return json;
}

Json tasksJson(const AdaptOutcome& outcome) {
  Json list = Json::array();
  for (const AdaptTask& task : outcome.tasks)
    list.push_back({{"task", task.name},
                    {"source", task.source},
                    {"basis", task.basis},
                    {"tokens", task.tokens > 0 ? Json(task.tokens) : Json(nullptr)},
                    {"sequences", task.sequences > 0 ? Json(task.sequences) : Json(nullptr)}});
  return list;
}

Json layersJson(const AdaptSelection& selection) {
  Json list = Json::array();
  std::size_t row = 0;
  for (const auto& [layer, chosen] : selection.config.experts) {
    Json json = {{"layer", layer}, {"experts", chosen}};
    if (row < selection.layers.size()) {
      const Concentration& one = selection.layers[row];
      json["score_sum"] = jsonNumber(selection.layer_sums[row]);
      json["entropy_nats"] = jsonNumber(one.entropy_nats);
      json["effective_experts"] = jsonNumber(one.effective_experts);
      json["gini"] = jsonNumber(one.gini);
      json["largest_share"] = jsonNumber(one.largest_share);
    }
    list.push_back(std::move(json));
    ++row;
  }
  return list;
}

Json selectionJson(const AdaptOutcome& outcome, const AdaptSelection& selection) {
  const auto experts = static_cast<double>(trainedExperts(selection.config));
  Json sweep = Json::array();
  for (const SelectionPoint& point : selection.sweep)
    sweep.push_back({{"p", jsonNumber(point.p)},
                     {"experts", point.experts},
                     {"experts_per_layer", jsonNumber(point.mean)},
                     {"least", point.least},
                     {"most", point.most},
                     {"trained_params",
                      jsonNumber(static_cast<double>(point.experts) * oneExpertParams(outcome))}});
  Json pairs = Json::array();
  for (const TaskPair& pair : selection.pairs)
    pairs.push_back({{"tasks", {pair.first, pair.second}},
                     {"shared_experts_per_layer", jsonNumber(pair.selection.shared_experts)},
                     {"jaccard", jsonNumber(pair.selection.jaccard)},
                     {"shared_top_k_per_layer", jsonNumber(pair.top_experts)}});
  return {{"score", std::string(name(selection.kind))},
          {"p", jsonNumber(selection.p)},
          {"task", selection.task},
          {"experts", trainedExperts(selection.config)},
          {"experts_per_layer",
           jsonNumber(experts / std::max<double>(1, double(selection.config.experts.size())))},
          {"shared_experts", selection.config.shared_experts},
          {"non_expert_modules", selection.config.non_expert_modules},
          {"layers", layersJson(selection)},
          {"sweep", sweep},
          {"overlap", pairs}};
}

Json adaptFiguresJson(const AdaptOutcome& outcome) {
  Json list = Json::array();
  for (const MatchedFigure& match : outcome.figures)
    list.push_back({{"system", match.figure.system},
                    {"quantity", match.figure.quantity},
                    {"published", match.figure.published},
                    {"unit", match.figure.unit},
                    {"derived", jsonNumber(match.derived)},
                    {"match_kind", std::string(name(match.figure.kind))},
                    {"status", std::string(name(match.status))},
                    {"convention", match.figure.convention},
                    {"source", match.figure.source}});
  return list;
}

}  // namespace

std::string adaptDocument(const AdaptOutcome& outcome, Seconds timing) {
  Json results;
  results["model"] = {{"total_params", outcome.model.params.total()},
                      {"active_params", outcome.model.params.active()}};
  results["tasks"] = tasksJson(outcome);
  results["methods"] = Json::array();
  for (const AdaptRow& row : outcome.rows) results["methods"].push_back(adaptRowJson(row));
  results["selections"] = Json::array();
  for (const AdaptSelection& selection : outcome.selections)
    results["selections"].push_back(selectionJson(outcome, selection));
  results["published_quality"] = qualityJson(outcome.qualities);
  results["published_figures"] = adaptFiguresJson(outcome);
  results["saved_config"] =
      outcome.saved_config.empty() ? Json(nullptr) : Json(outcome.saved_config);
  DocumentHead head;
  head.schema = "moeplan.adapt/1";
  head.command = "adapt";
  head.inputs = adaptInputs(outcome);
  head.sources = outcome.sources;
  head.warnings = outcome.warnings;
  head.timing = timing;
  return documentText(head, results);
}

}  // namespace moe::report
