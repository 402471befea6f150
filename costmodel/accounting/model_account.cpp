#include "costmodel/accounting/model_account.h"

#include <algorithm>

namespace moe {
namespace {

constexpr Precision kAccountPrecisions[] = {Precision::kF32,  Precision::kBf16, Precision::kFp8,
                                            Precision::kInt8, Precision::kFp4,  Precision::kInt4};

std::vector<AccountGroup> accountGroups(const ParameterCount& params) {
  std::vector<AccountGroup> groups;
  const auto add = [&](std::string_view name, std::int64_t total, std::int64_t active) {
    if (total > 0) groups.push_back({name, total, active});
  };
  add("embedding", params.embedding, params.embedding);
  add("output head", params.head, params.head);
  add("positions", params.positions, params.positions);
  add("attention", params.attention, params.attention);
  add("dense FFN", params.dense_ffn, params.dense_ffn);
  add("shared experts", params.shared_experts, params.shared_experts);
  add("routers", params.routers, params.routers);
  add("routed experts", params.experts * params.one_expert, params.top_k * params.one_expert);
  add("norms", params.norms, params.norms);
  return groups;
}

std::vector<AccountMemory> accountMemory(const ParameterCount& params) {
  std::vector<AccountMemory> memory;
  for (const Precision precision : kAccountPrecisions)
    memory.push_back(
        {precision, Bytes(bytesPerElement(precision) * static_cast<double>(params.total()))});
  return memory;
}

}  // namespace

std::int64_t ModelAccount::activeWithoutLookup() const {
  const std::int64_t looked_up = model.entry.tied_embeddings ? 0 : model.params.embedding;
  return model.params.active() - looked_up;
}

ModelAccount accountOf(const ModelArchitecture& model, AccountLengths lengths) {
  const ModelEntry& entry = model.entry;
  if (entry.max_context > 0)
    lengths.sequence = std::min(lengths.sequence, static_cast<double>(entry.max_context));
  ModelAccount account;
  account.model = model;
  account.groups = accountGroups(model.params);
  account.memory = accountMemory(model.params);
  account.lengths = lengths;
  if (const auto flop = trainingFlop(model, lengths.sequence)) account.token_flop = *flop;
  if (const auto flop = sequenceFlop(model, lengths.sides)) account.sequence_flop = *flop;
  account.kv_elements_per_token = static_cast<double>(model.kv_elements_per_token);
  account.state_elements_per_request = static_cast<double>(stateElementsPerRequest(model));
  if (entry.encoder_layers == 0) {
    account.kv_elements_of_sequence = kvElementsHeld(model, lengths.sequence);
    return account;
  }
  // The decoder keeps keys and values of the encoder's tokens in as many layers, heads and widths.
  account.cross_kv_elements_per_token = account.kv_elements_per_token;
  account.kv_elements_of_sequence =
      account.kv_elements_per_token * (lengths.sides.decoder + lengths.sides.encoder);
  return account;
}

}  // namespace moe
