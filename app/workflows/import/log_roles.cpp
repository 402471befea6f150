#include "app/workflows/import/log_roles.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "app/workflows/import/loss_series.h"

namespace moe {
namespace {

constexpr int kPartOfKey = 100;  // added to the rank when only the end of a key fits

const std::vector<LogRoleNames>& table() {
  using enum LogRole;
  static const std::vector<LogRoleNames> kTable{
      {kParams,
       "n",
       "parameters, active and total of a dense model",
       {"num_parameters", "number_of_parameters", "n_params", "num_params", "parameters", "params",
        "n_parameters", "model_params", "model_parameters", "parameter_count",
        "total_number_of_parameters"}},
      {kActiveParams,
       "active_params",
       "parameters that one token uses",
       {"active_params", "params_active", "active_parameters", "num_active_params",
        "n_active_params", "activated_params", "params_active_precise"}},
      {kTotalParams,
       "total_params",
       "parameters in memory",
       {"total_params", "params_total", "total_parameters", "num_total_params", "n_total_params"}},
      {kParamsInBillions,
       "params_in_billions",
       "parameters, in 1e9",
       {"estimated_model_parameters", "params_in_billions"}},
      {kParamsOfRank,
       "params_of_rank",
       "parameters on one device",
       {"number_of_parameters_on_tensor_pipeline_model_parallel_rank_0_0",
        "number_of_parameters_on_tensor_pipeline_model_parallel_rank",
        "number_of_parameters_on_rank"}},
      {kTokens,
       "train_tokens",
       "tokens seen",
       {"consumed_tokens", "throughput_total_tokens", "train_tokens", "tokens_seen",
        "num_input_tokens_seen", "n_tokens_seen", "total_tokens", "tokens", "n_tokens",
        "num_tokens", "train_n_tokens", "train_total_tokens", "consumed_train_tokens",
        "trained_tokens"}},
      {kSamples,
       "train_samples",
       "sequences seen",
       {"consumed_samples", "consumed_train_samples", "train_consumed_samples"}},
      {kUniqueTokens, "unique_tokens", "tokens without repeats", {"unique_tokens"}},
      {kTokensPerStep,
       "tokens_per_step",
       "tokens of one step over all devices",
       {"tokens_per_step", "tokens_per_iteration", "tokens_per_iteration_will_be",
        "batch_size_in_tokens", "total_batch_size", "global_batch_tokens", "tokens_per_batch",
        "global_batch_size_in_tokens", "global_train_batch_size_in_tokens", "batch_size_tokens"}},
      {kBatch,
       "batch",
       "sequences of one step over all devices",
       {"global_batch_size", "global_train_batch_size", "global_bs", "train_global_batch_size",
        "effective_batch_size", "total_train_batch_size",
        "total_train_batch_size_w_parallel_distributed_accumulation"}},
      {kMicroBatch,
       "micro_batch",
       "sequences per device and pass",
       {"per_device_train_batch_size", "instantaneous_batch_size_per_device", "micro_batch_size",
        "device_train_microbatch_size", "train_micro_batch_size_per_gpu", "device_batch_size",
        "micro_batch_size_b", "batch_size_b", "batch_size"}},
      {kAccumulation,
       "accumulation",
       "passes that one step adds up",
       {"gradient_accumulation_steps", "grad_accum_steps", "accumulation_steps"}},
      {kDataParallel,
       "data_parallel",
       "copies of the model that share a step",
       {"data_parallel_size", "data_parallel", "world_size", "num_processes", "num_gpus"}},
      {kTensorParallel,
       "tensor_parallel",
       "devices that share a layer",
       {"tensor_model_parallel_size", "tensor_parallel_size"}},
      {kPipelineParallel,
       "pipeline_parallel",
       "devices that share the layers",
       {"pipeline_model_parallel_size", "pipeline_parallel_size"}},
      {kExpertParallel,
       "expert_parallel",
       "devices that share the experts of a layer",
       {"expert_model_parallel_size", "moe_expert_parallel_size", "expert_parallel_size", "ep_size",
        "ep_world_size"}},
      {kRampUp, "batch_ramp_up", "growth of the batch at the start", {"rampup_batch_size"}},
      {kSequence,
       "sequence",
       "tokens of one sequence",
       {"seq_length", "sequence_length", "max_sequence_length", "block_size", "seq_len",
        "max_seq_len", "max_seq_length", "context_length", "train_seq_len", "encoder_seq_length",
        "sequence_length_t", "seq_len_t", "max_sequence_length_t", "ctx_len", "n_ctx"}},
      {kPlannedSteps,
       "planned_steps",
       "steps the run was meant to take",
       {"planned_steps", "training_iterations", "train_iters", "max_steps", "max_iters",
        "num_iterations", "total_iterations", "total_steps", "num_training_steps",
        "train_num_batches", "num_steps", "total_training_steps", "total_optimization_steps"}},
      {kPlannedSamples,
       "planned_samples",
       "sequences the run was meant to see",
       {"planned_samples", "train_samples"}},
      {kPlannedTokens,
       "planned_tokens",
       "tokens the run was meant to see",
       {"planned_tokens", "max_tokens", "max_train_tokens", "target_tokens"}},
      {kLearningRate,
       "learning_rate",
       "learning rate along the run",
       {"learning_rate", "lr", "train_learning_rate", "train_lr", "optim_learning_rate_group0",
        "optim_lr", "lr_group0", "learning_rate_group0"}},
      {kExperts,
       "experts",
       "experts per layer",
       {"num_experts", "n_experts", "moe_num_experts", "n_routed_experts", "num_routed_experts",
        "num_local_experts", "n_exp", "experts", "expert_count"}},
      {kTopK,
       "top_k",
       "experts per token",
       {"moe_router_topk", "num_experts_per_tok", "num_experts_per_token", "moe_top_k", "moe_topk",
        "experts_per_token", "n_experts_per_token", "router_top_k", "top_k", "topk"}},
      {kGranularity, "granularity", "d_ff / d_expert", {"granularity"}},
      {kLayers,
       "layers",
       "layers",
       {"num_layers", "n_layers", "n_layer", "num_hidden_layers", "nlayers", "num_layers_l",
        "encoder_num_layers", "depth"}},
      {kHidden,
       "hidden",
       "width of the model",
       {"hidden_size", "n_embd", "d_model", "hidden_dim", "model_dim", "embed_dim", "n_embed",
        "channels", "channels_c", "dim"}},
      {kHeads,
       "heads",
       "attention heads",
       {"num_attention_heads", "n_heads", "n_head", "num_heads", "num_heads_nh"}},
      {kKvHeads,
       "kv_heads",
       "heads of keys and values",
       {"num_key_value_heads", "n_kv_heads", "n_kv_head", "num_kv_heads", "num_query_groups"}},
      {kKvHeadsUsed, "grouped_queries", "whether queries share keys", {"group_query_attention"}},
      {kHeadDim, "head_dim", "width of one head", {"kv_channels", "head_dim"}},
      {kFfn,
       "ffn",
       "inner width of a dense FFN",
       {"ffn_hidden_size", "intermediate_size", "n_inner", "d_ff", "ffn_dim", "d_ffn"}},
      {kFfnRatio, "ffn_ratio", "inner width of a dense FFN over the width", {"mlp_ratio"}},
      {kExpertFfn,
       "expert_ffn",
       "inner width of an expert",
       {"moe_ffn_hidden_size", "moe_intermediate_size", "expert_ffn", "d_expert",
        "expert_intermediate_size"}},
      {kSharedFfn,
       "shared_ffn",
       "inner width of the shared experts together",
       {"moe_shared_expert_intermediate_size", "shared_expert_intermediate_size", "shared_ffn"}},
      {kSharedExperts,
       "shared_experts",
       "experts that every token uses",
       {"n_shared_experts", "num_shared_experts", "shared_experts"}},
      {kFirstDense,
       "first_dense",
       "first layers without experts",
       {"first_k_dense_replace", "first_dense_layers", "moe_first_k_dense"}},
      {kMoeEvery,
       "moe_every",
       "one layer of so many has experts",
       {"moe_layer_freq", "expert_interval", "moe_every_n_layers"}},
      {kVocabulary,
       "vocabulary",
       "tokens of the vocabulary",
       {"vocab_size", "vocabulary", "n_vocab", "vocab_size_v", "vocabulary_size"}},
      {kPaddedVocabulary,
       "padded_vocabulary",
       "rows of the embedding",
       {"padded_vocab_size", "embedding_size", "padded_vocab_size_vp", "new_size"}},
      {kVocabularyMultiple,
       "vocabulary_multiple",
       "the vocabulary is padded to a multiple of this",
       {"make_vocab_size_divisible_by"}},
      {kGated,
       "gated",
       "whether the FFN is gated (SwiGLU and its kin)",
       {"swiglu", "glu_activation", "gated_linear_unit", "gated"}},
      {kActivation,
       "activation",
       "activation of the FFN",
       {"activation_type", "hidden_act", "activation_function", "activation"}},
      {kTied,
       "tied",
       "whether head and embedding are one",
       {"tie_word_embeddings", "weight_tying", "tied_embeddings", "tied"}},
      {kUntied,
       "untied",
       "whether head and embedding are two",
       {"untie_embeddings_and_output_weights", "untied"}},
      {kPositions,
       "positions",
       "kind of position embedding",
       {"position_embedding_type", "positions"}},
      {kMaxPositions,
       "max_positions",
       "rows of a learned position embedding",
       {"max_position_embeddings", "n_positions"}},
      {kModelType, "model_type", "model_type of a Hugging Face configuration", {"model_type"}},
  };
  return kTable;
}

std::unordered_map<std::string_view, RoleMatch> keysByName() {
  std::unordered_map<std::string_view, RoleMatch> keys;
  for (const LogRoleNames& role : table()) {
    int rank = 0;
    for (const std::string_view key : role.keys) keys.emplace(key, RoleMatch{role.role, rank++});
  }
  return keys;
}

}  // namespace

std::span<const LogRoleNames> logRoles() { return table(); }

std::string_view name(LogRole role) { return table()[static_cast<std::size_t>(role)].name; }

std::string_view meaning(LogRole role) { return table()[static_cast<std::size_t>(role)].meaning; }

std::optional<LogRole> logRoleNamed(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, LogRole>, 4> kShort{
      {{"d", LogRole::kTokens},
       {"e", LogRole::kExperts},
       {"k", LogRole::kTopK},
       {"g", LogRole::kGranularity}}};
  for (const auto& [shorter, role] : kShort)
    if (text == shorter) return role;
  for (const LogRoleNames& role : table())
    if (text == role.name) return role.role;
  return std::nullopt;
}

std::optional<RoleMatch> roleOfKey(std::string_view key) {
  static const auto kKeys = keysByName();
  const std::string whole = plainName(key);
  if (const auto found = kKeys.find(whole); found != kKeys.end()) return found->second;
  const std::size_t separator = key.find_last_of("./");
  if (separator == std::string_view::npos) return std::nullopt;
  const std::string last = plainName(key.substr(separator + 1));
  const auto found = kKeys.find(last);
  if (found == kKeys.end()) return std::nullopt;
  return RoleMatch{found->second.role, found->second.rank + kPartOfKey};
}

}  // namespace moe
