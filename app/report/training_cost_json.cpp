#include "app/report/advice_json.h"
#include "app/report/json_document.h"
#include "app/report/training_cost_report.h"

namespace moe::report {
namespace {

Json inputsJson(const TrainingQuestion& question) {
  const TrainingSetup& setup = question.setup;
  return {{"model", question.model.entry.name},
          {"hardware", question.accelerator.name},
          {"train_tokens", jsonNumber(question.train_tokens)},
          {"precision", std::string(name(setup.precision))},
          {"devices", setup.devices},
          {"tensor_parallel", setup.tensor_parallel},
          {"pipeline_parallel", setup.pipeline_parallel},
          {"interleaved_stages", setup.chunks(question.model.entry.layers)},
          {"context_parallel", setup.context_parallel},
          {"expert_parallel", setup.expert_parallel},
          {"expert_tensor_parallel", setup.expert_tensor_parallel},
          {"data_parallel", setup.dataParallel()},
          {"zero_stage", setup.zero_stage},
          {"recompute", std::string(name(setup.recompute))},
          {"overlapped_all_to_all", setup.overlapped_all_to_all},
          {"sequence_length_tokens", jsonNumber(setup.sequence_length)},
          {"micro_batch_sequences", jsonNumber(setup.micro_batch_sequences)},
          {"global_batch_tokens", jsonNumber(setup.global_batch_sequences * setup.sequence_length)},
          {"mfu", jsonNumber(question.mfu)},
          {"usd_per_device_hour", jsonNumber(question.price.value() * 3600)}};
}

Json modelJson(const ModelArchitecture& model) {
  return {{"total_params", model.params.total()},
          {"active_params", model.params.active()},
          {"routing", std::string(name(routingKind(model.entry)))}};
}

Json flopJson(const TrainingCost& cost) {
  const TrainingFlop& flop = cost.flop;
  return {{"train_flop", jsonNumber(cost.train_flop.value())},
          {"computed_flop", jsonNumber(cost.computed_flop.value())},
          {"six_n_d_flop", jsonNumber(cost.six_n_d.value())},
          {"step_flop_per_token", jsonNumber(flop.step())},
          {"forward_flop_per_token",
           {{"attention_projections", jsonNumber(flop.attention_projections)},
            {"attention_scores", jsonNumber(flop.attention_scores)},
            {"dense_ffn", jsonNumber(flop.dense_ffn)},
            {"shared_experts", jsonNumber(flop.shared_experts)},
            {"routed_experts", jsonNumber(flop.routed_experts)},
            {"router", jsonNumber(flop.router)},
            {"output_head", jsonNumber(flop.output_head)}}}};
}

Json memoryJson(const TrainingCost& cost) {
  const TrainingMemory& memory = cost.memory;
  return {{"pipeline_stage", memory.stage + 1},
          {"params_of_device", jsonNumber(memory.parameters)},
          {"weights_bytes", jsonNumber(memory.weights.value())},
          {"gradients_bytes", jsonNumber(memory.gradients.value())},
          {"optimizer_bytes", jsonNumber(memory.optimizer.value())},
          {"gathered_layer_bytes", jsonNumber(memory.gathered_layer.value())},
          {"activations_bytes", jsonNumber(memory.activations.value())},
          {"logits_bytes", jsonNumber(memory.logits.value())},
          {"total_bytes", jsonNumber(memory.total().value())},
          {"device_bytes", jsonNumber(cost.usable_memory.value())}};
}

Json interval(const TrainingCost& cost, double value) {
  if (!cost.speed) return nullptr;
  return jsonInterval(value * cost.low_factor, value * cost.high_factor);
}

Json speedJson(const TrainingCostOutcome& outcome) {
  const TrainingCost& cost = outcome.cost;
  const double speed = cost.tokens_per_s_per_device;
  const auto faster = [&](double value) -> Json {
    if (!cost.speed) return nullptr;
    return jsonInterval(value / cost.high_factor, value / cost.low_factor);
  };
  return {{"mfu", jsonNumber(cost.mfu)},
          {"mfu_ci90", faster(cost.mfu)},
          {"tokens_per_s_per_device", jsonNumber(speed)},
          {"tokens_per_s_per_device_ci90", faster(speed)},
          {"step_s", jsonNumber(cost.step.value())},
          {"basis", cost.speed ? Json(std::string(name(outcome.basis))) : Json("given")}};
}

Json timeJson(const TrainingCost& cost) {
  const double hours = cost.device_time.value() / 3600;
  return {{"steps", jsonNumber(cost.steps)},
          {"time_s", jsonNumber(cost.time.value())},
          {"time_s_ci90", interval(cost, cost.time.value())},
          {"device_hours", jsonNumber(hours)},
          {"device_hours_ci90", interval(cost, hours)}};
}

Json priceJson(const TrainingCostOutcome& outcome) {
  const double usd = outcome.cost.price.value();
  return {{"train_usd", jsonNumber(usd)},
          {"train_usd_ci90", interval(outcome.cost, usd)},
          {"usd_per_million_train_tokens", jsonNumber(usd / outcome.question.train_tokens * 1e6)}};
}

Json breakdownJson(const TrainingCost& cost) {
  Json parts = Json::array();
  if (!cost.speed) return parts;
  const StepTime& time = cost.speed->computed;
  for (std::size_t i = 0; i < kStepTerms; ++i)
    if (time.parts[i] > 0)
      parts.push_back({{"part", std::string(name(static_cast<StepTerm>(i)))},
                       {"share", jsonNumber(time.parts[i] / time.seconds)},
                       {"basis", std::string(name(Basis::kFitted))}});
  return parts;
}

Json neighboursJson(const TrainingCostOutcome& outcome) {
  Json rows = Json::array();
  for (const TrainingCostNeighbour& neighbour : outcome.neighbours)
    rows.push_back({{"model", neighbour.row.model},
                    {"hardware", neighbour.row.hardware},
                    {"precision", neighbour.row.precision},
                    {"source", neighbour.row.source},
                    {"release", neighbour.row.release},
                    {"devices", neighbour.row.devices},
                    {"sequence_length_tokens", jsonNumber(neighbour.row.sequence_length)},
                    {"tokens_per_s_per_device", jsonNumber(neighbour.row.tokens_per_s_per_device)},
                    {"mfu", jsonNumber(neighbour.mfu)},
                    {"distance", jsonNumber(neighbour.distance)},
                    {"weight_share", jsonNumber(neighbour.share)}});
  return rows;
}

}  // namespace

std::string trainingCostDocument(const TrainingCostOutcome& outcome, Seconds timing) {
  Json results;
  results["model"] = modelJson(outcome.question.model);
  results["flop"] = flopJson(outcome.cost);
  results["memory"] = memoryJson(outcome.cost);
  results["speed"] = speedJson(outcome);
  results["breakdown"] = breakdownJson(outcome.cost);
  results["measured_rows"] = neighboursJson(outcome);
  results["time"] = timeJson(outcome.cost);
  results["price"] = priceJson(outcome);
  results["instruction_tuning"] = instructionTuningJson(outcome.instruction_tuning);
  results["advice"] = adviceJson(outcome.advice);
  DocumentHead head;
  head.schema = "moeplan.training-cost/1";
  head.command = "cost";
  head.inputs = inputsJson(outcome.question);
  head.sources = outcome.sources;
  head.warnings = outcome.warnings;
  head.timing = timing;
  return documentText(head, results);
}

}  // namespace moe::report
