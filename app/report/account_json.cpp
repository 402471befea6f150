#include "app/report/account_report.h"
#include "app/report/json_document.h"

namespace moe::report {
namespace {

Json groupsJson(const ModelAccount& account) {
  Json groups = Json::array();
  for (const AccountGroup& group : account.groups)
    groups.push_back({{"part", std::string(group.name)},
                      {"total_params", group.total},
                      {"active_params", group.active}});
  return groups;
}

Json weightsJson(const ModelAccount& account) {
  Json weights = Json::array();
  for (const AccountMemory& memory : account.memory)
    weights.push_back({{"precision", std::string(name(memory.precision))},
                       {"weights_bytes", jsonNumber(memory.weights.value())},
                       {"weights_gb", jsonNumber(memory.weights.value() / 1e9)},
                       {"weights_gib", jsonNumber(memory.weights / gibibytes(1))}});
  return weights;
}

Json tokenFlopJson(const ModelAccount& account) {
  if (!account.token_flop) return nullptr;
  const TrainingFlop& flop = *account.token_flop;
  return {{"sequence_length_tokens", jsonNumber(account.lengths.sequence)},
          {"attention_projections", jsonNumber(flop.attention_projections)},
          {"attention_scores", jsonNumber(flop.attention_scores)},
          {"dense_ffn", jsonNumber(flop.dense_ffn)},
          {"shared_experts", jsonNumber(flop.shared_experts)},
          {"routed_experts", jsonNumber(flop.routed_experts)},
          {"router", jsonNumber(flop.router)},
          {"output_head", jsonNumber(flop.output_head)},
          {"forward", jsonNumber(flop.forward())},
          {"training", jsonNumber(flop.step())}};
}

Json sequenceFlopJson(const ModelAccount& account) {
  if (!account.sequence_flop) return nullptr;
  const SequenceFlop& flop = *account.sequence_flop;
  return {{"encoder_tokens", jsonNumber(account.lengths.sides.encoder)},
          {"decoder_tokens", jsonNumber(account.lengths.sides.decoder)},
          {"encoder_layers", jsonNumber(flop.encoder_layers)},
          {"decoder_layers", jsonNumber(flop.decoder_layers)},
          {"cross_keys", jsonNumber(flop.cross_keys)},
          {"attention_scores", jsonNumber(flop.scores)},
          {"router", jsonNumber(flop.routers)},
          {"output_head", jsonNumber(flop.head)},
          {"forward", jsonNumber(flop.forward())},
          {"training", jsonNumber(flop.training())},
          {"forward_as_printed", jsonNumber(flop.asPrinted(0))}};
}

Json quotedJson(const AccountedModel& model) {
  Json rows = Json::array();
  for (const QuotedCount& quoted : model.quoted)
    rows.push_back({{"count", quoted.what},
                    {"published_billion_params", quoted.printed},
                    {"counted_params", quoted.counted},
                    {"rounds_to_published", quoted.rounds},
                    {"note", quoted.note}});
  return rows;
}

Json accountedJson(const AccountedModel& model) {
  Json json = {{"name", model.entry.name}};
  if (!model.account) {
    json["unanswered"] = model.unanswered;
    return json;
  }
  const ModelAccount& account = *model.account;
  const ParameterCount& params = account.model.params;
  const std::int64_t routed = account.model.routed_layers;
  json["total_params"] = params.total();
  json["active_params"] = params.active();
  json["active_params_without_lookup"] = account.activeWithoutLookup();
  json["unrouted_params"] = params.unrouted();
  json["one_expert_params"] = routed > 0 ? Json(params.one_expert / routed) : Json(nullptr);
  json["routed_layers"] = routed;
  json["parts"] = groupsJson(account);
  json["weights"] = weightsJson(account);
  json["flop_per_token"] = tokenFlopJson(account);
  json["flop_per_sequence"] = sequenceFlopJson(account);
  json["six_n_flop_per_token"] = jsonNumber(sixPerActiveParameter(account.model));
  json["kv_bytes_per_token_bf16"] = jsonNumber(2 * account.kv_elements_per_token);
  json["cross_kv_bytes_per_encoder_token_bf16"] =
      jsonNumber(2 * account.cross_kv_elements_per_token);
  json["kv_bytes_of_sequence_bf16"] = jsonNumber(2 * account.kv_elements_of_sequence);
  json["state_elements_per_request"] = jsonNumber(account.state_elements_per_request);
  json["quoted"] = quotedJson(model);
  json["source"] = model.entry.source;
  json["verification"] = model.entry.verification;
  return json;
}

Json figureJson(const MatchedFigure& match) {
  const PublishedFigure& figure = match.figure;
  Json arguments = Json::object();
  for (const auto& [key, value] : figure.arguments) arguments[key] = value;
  return {
      {"system", figure.system},
      {"quantity", figure.quantity},
      {"unit", figure.unit},
      {"published", figure.published},
      {"derived", jsonNumber(match.derived)},
      {"difference_percent", match.derived ? jsonNumber(match.difference_percent) : Json(nullptr)},
      {"match_kind", std::string(name(figure.kind))},
      {"tolerance_percent",
       figure.tolerance_percent > 0 ? jsonNumber(figure.tolerance_percent) : Json(nullptr)},
      {"status", std::string(name(match.status))},
      {"derivation", figure.derivation},
      {"formula", match.formula},
      {"arguments", arguments},
      {"convention", figure.convention},
      {"reason", match.reason},
      {"note", figure.note},
      {"source", figure.source}};
}

Json summaryJson(const AccountOutcome& outcome) {
  Json summary = {{"figures", outcome.figures.size()}};
  for (const MatchStatus status :
       {MatchStatus::kReproduced, MatchStatus::kWithinTolerance, MatchStatus::kNotReproduced,
        MatchStatus::kNoEvidence, MatchStatus::kRefuted, MatchStatus::kNotRun,
        MatchStatus::kMismatch}) {
    std::string key(name(status));
    for (char& letter : key)
      if (letter == '-') letter = '_';
    summary[key] = outcome.count(status);
  }
  summary["all_that_must_match_do"] = !outcome.mismatches();
  return summary;
}

}  // namespace

std::string accountDocument(const AccountOutcome& outcome, Seconds timing) {
  Json results;
  results["models"] = Json::array();
  for (const AccountedModel& model : outcome.models)
    results["models"].push_back(accountedJson(model));
  results["figures"] = Json::array();
  for (const MatchedFigure& match : outcome.figures)
    results["figures"].push_back(figureJson(match));
  results["summary"] = summaryJson(outcome);
  DocumentHead head;
  head.schema = "moeplan.account/1";
  head.command = "account";
  head.inputs = {{"model", outcome.request.model},
                 {"all", outcome.request.all},
                 {"published", outcome.request.published}};
  head.sources = outcome.sources;
  head.timing = timing;
  return documentText(head, results);
}

}  // namespace moe::report
