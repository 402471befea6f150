#include "app/report/json_document.h"
#include "app/report/verify_report.h"

namespace moe::report {
namespace {

Json errorsOfRows(const RowErrors& errors) {
  const auto figure = [&](double value) {
    return errors.count > 0 ? jsonNumber(value) : Json(nullptr);
  };
  return {{"n", errors.count},
          {"median_ape", figure(errors.median)},
          {"p90_ape", figure(errors.p90)},
          {"median_ratio", figure(errors.median_ratio)}};
}

std::string precisionWord(LayerPrecision precision) { return std::string(formatName(precision)); }

Json layerInputs(const SampleLayer& layer) {
  return {{"hidden", layer.hidden},         {"expert_ffn", layer.expert_ffn},
          {"experts", layer.experts},       {"top_k", layer.top_k},
          {"shared_ffn", layer.shared_ffn}, {"precision", precisionWord(layer.precision)},
          {"tokens", layer.tokens},         {"skew", layer.skew}};
}

Json blockInputs(const VerifyRow& row) {
  const SampleBlock& block = row.block;
  Json json = {{"hidden", block.hidden},
               {"expert_ffn", block.expert_ffn},
               {"experts", block.experts},
               {"top_k", block.top_k},
               {"heads", block.heads},
               {"kv_heads", block.kv_heads},
               {"head_dim", block.head_dim},
               {"precision", precisionWord(block.precision)},
               {"pass", block.prefill ? "prefill" : "decode"},
               {"batch", block.batch},
               {"context_tokens", block.context}};
  if (row.kind == RowKind::kKvLimit) json["kv_pages"] = row.kv_pages;
  return json;
}

Json partsJson(const PredictedLayer& predicted) {
  Json list = Json::array();
  for (const PredictedPart& part : predicted.parts)
    list.push_back({{"op", std::string(name(part.group))},
                    {"seconds", jsonNumber(part.seconds)},
                    {"bound", std::string(limitWord(part.bound))},
                    {"basis", std::string(name(part.basis))}});
  return list;
}

Json checkJson(const VerifyRow& row) {
  if (!row.check) return nullptr;
  return {{"passed", row.check->passed()},
          {"worst_error", jsonNumber(row.check->worst_error)},
          {"tolerance", jsonNumber(row.check->tolerance)},
          {"tokens", row.check->tokens}};
}

Json routingJson(const VerifyRow& row) {
  if (!row.routing) return nullptr;
  return {{"passed", row.routing->passed()},
          {"tokens", row.routing->tokens},
          {"close_tokens", row.routing->close_tokens},
          {"worst_weight", jsonNumber(row.routing->worst_weight)}};
}

void addTimes(Json& json, const VerifyRow& row) {
  json["predicted_s"] = jsonNumber(row.predicted.seconds);
  json["basis"] = std::string(name(row.predicted.basis));
  json["bound"] = std::string(limitWord(row.predicted.bound));
  json["parts"] = partsJson(row.predicted);
  json["expected_experts_touched"] = jsonNumber(row.predicted.experts_touched);
  const auto figure = [&](double value) { return row.timed() ? jsonNumber(value) : Json(nullptr); };
  json["measured_s"] = figure(row.measured.median_s);
  json["spread"] = figure(row.measured.spread);
  json["repetitions"] = row.measured.samples;
  json["experts_touched"] = figure(row.distinct_experts);
  json["error"] = row.timed() ? jsonNumber(row.error()) : Json(nullptr);
  json["numbers"] = checkJson(row);
  json["routing"] = routingJson(row);
}

Json rowJson(const VerifyRow& row) {
  Json json = {{"kind", std::string(name(row.kind))}, {"what", row.what}};
  json["shape"] = row.kind == RowKind::kLayer ? layerInputs(row.layer) : blockInputs(row);
  if (row.kind == RowKind::kKvLimit) {
    json["predicted_sequences"] = row.predicted_sequences;
    json["accepted_sequences"] = row.accepted_sequences;
  } else {
    addTimes(json, row);
  }
  json["verdict"] = std::string(name(row.verdict));
  json["reason"] = row.reason;
  return json;
}

Json verdictsJson(const VerifySummary& summary) {
  Json json = Json::object();
  for (const RowVerdict verdict :
       {RowVerdict::kPassed, RowVerdict::kFailed, RowVerdict::kMistrusted, RowVerdict::kSkipped}) {
    const auto found = summary.verdicts.find(verdict);
    json[std::string(name(verdict))] = found == summary.verdicts.end() ? 0 : found->second;
  }
  return json;
}

Json summaryJson(const LayerStudy& study) {
  const VerifySummary& summary = study.summary;
  return {{"verdict", std::string(name(summary.verdict))},
          {"reason", summary.reason},
          {"rows", verdictsJson(summary)},
          {"all", errorsOfRows(summary.all)},
          {"layers", errorsOfRows(summary.layers)},
          {"blocks", errorsOfRows(summary.blocks)},
          {"goal", {{"median_ape", kMedianGoal}, {"p90_ape", kP90Goal}}},
          {"numbers",
           {{"checked", summary.checked},
            {"checked_tokens", summary.checked_tokens},
            {"routed_tokens", summary.routed_tokens},
            {"wrong", summary.wrong_numbers},
            {"worst_error_f32", jsonNumber(summary.worst_error_f32)},
            {"worst_error_bf16", jsonNumber(summary.worst_error_bf16)}}},
          {"foreign_share", jsonNumber(study.foreign_share)},
          {"stopped", study.stopped}};
}

}  // namespace

std::string verifyJson(const VerifyOutcome& outcome, Seconds timing) {
  DocumentHead head{.schema = "moeplan.verify/1", .command = "verify"};
  const VerifyRequest& request = outcome.request;
  head.inputs["hardware"] = request.hardware.empty() ? Json(nullptr) : Json(request.hardware);
  head.inputs["quick"] = request.quick;
  head.inputs["rows"] = request.rows ? Json(*request.rows) : Json(nullptr);
  head.inputs["threads"] = outcome.machine.measurement->threads;
  head.inputs["seed"] = request.seed;
  head.sources = outcome.sources;
  head.warnings = outcome.warnings;
  head.timing = timing;
  Json results;
  results["machine"] = {{"name", outcome.machine.name},
                        {"cpu", outcome.machine.measurement->cpu},
                        {"library", outcome.machine.measurement->library},
                        {"calibrated", outcome.machine.measurement->date},
                        {"calibrated_now", outcome.calibrated_now}};
  results["summary"] = summaryJson(outcome.study);
  results["groups"] = Json::array();
  for (const RowGroup& group : outcome.study.summary.groups) {
    Json json = {{"key", group.key}, {"value", group.value}};
    json.update(errorsOfRows(group.errors));
    results["groups"].push_back(std::move(json));
  }
  results["claims"] = Json::array();
  for (const LayerClaim& claim : outcome.study.claims)
    results["claims"].push_back({{"claim", claim.claim},
                                 {"verdict", std::string(name(claim.verdict))},
                                 {"evidence", claim.evidence},
                                 {"rows", claim.rows},
                                 {"families", claim.families}});
  results["rows"] = Json::array();
  for (const VerifyRow& row : outcome.study.rows) results["rows"].push_back(rowJson(row));
  return documentText(head, results);
}

}  // namespace moe::report
