#include "data/catalog/hf_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/catalog/hf_attention.h"
#include "data/catalog/hf_layers.h"

namespace moe::catalog {
namespace {

/// Rows of a learned position embedding.
int learnedPositions(HfFields& f, const ModelEntry& entry) {
  if (f.isFamily("gpt2")) return entry.max_context;
  if (f.isFamily("opt")) return entry.max_context + 2;  // two rows are never used
  if (!f.isFamily("mpt")) return 0;
  auto attention = f.object("attn_config");
  const bool alibi = !attention || attention->flag("alibi", true);
  return !alibi && f.flag("learned_pos_emb", true) ? entry.max_context : 0;
}

void readShape(HfFields& f, HfFields& root, ModelEntry& entry) {
  entry.layers = f.size({"num_hidden_layers", "n_layer", "n_layers", "num_layers"});
  if (entry.layers > kMostLayers) {
    f.reject("num_hidden_layers",
             fmt::format("is {}; at most {} are read", entry.layers, kMostLayers));
    entry.layers = 1;
  }
  entry.hidden = f.size({"hidden_size", "n_embd", "d_model", "n_embed"});
  entry.vocabulary = f.size({"vocab_size"});
  entry.heads = f.size({"num_attention_heads", "n_head", "n_heads"});
  entry.max_context =
      f.count({"max_position_embeddings", "n_positions", "max_seq_len", "seq_length"});
  entry.learned_positions = learnedPositions(f, entry);
  const bool tied =
      f.flag("tie_word_embeddings", root.flag("tie_word_embeddings", f.architecture().tied));
  entry.tied_embeddings = tied;
  if (f.has({"word_embed_proj_dim"}) && f.size({"word_embed_proj_dim"}) != entry.hidden)
    f.reject("word_embed_proj_dim", "differs from the hidden size, which is not modelled");
}

int denseWidth(HfFields& f, HfFields& ffn, const ModelEntry& entry) {
  if (f.has({"intermediate_size_mlp"})) return f.size({"intermediate_size_mlp"});
  for (const char* key : {"intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size"}) {
    if (ffn.has({key})) return ffn.size({key});
    if (f.has({key})) return f.size({key});
  }
  const int ratio = f.sizeOr({"expansion_ratio"}, f.architecture().ffn_ratio);
  if (ratio < 1) f.reject("intermediate_size", "is missing");
  return f.width("expansion_ratio", ratio, entry.hidden);
}

void readSharedExperts(HfFields& f, ModelEntry& entry) {
  entry.shared_ffn = f.count({"shared_expert_intermediate_size", "shared_intermediate_size"});
  if (entry.shared_ffn > 0) {
    entry.shared_experts = 1;
    return;
  }
  const HfNames counts = {"n_shared_experts", "num_shared_experts", "moe_num_shared_experts",
                          "num_shared_expert"};
  entry.shared_experts =
      f.has(counts) ? f.sameInAllLayers(counts) : f.architecture().shared_experts;
  entry.shared_ffn = f.width(*counts.begin(), entry.shared_experts, entry.expert_ffn);
}

void readExperts(HfFields& f, HfFields& ffn, ModelEntry& entry) {
  const HfNames per_token = {
      "num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_k", "moe_topk",
      "moe_top_k",           "top_k_experts"};
  entry.top_k = ffn.sameInAllLayers(per_token);
  if (entry.top_k < 1) ffn.reject("num_experts_per_tok", "is missing or 0");
  if (entry.top_k > entry.experts)
    ffn.reject("num_experts_per_tok",
               fmt::format("is {}, more than the {} experts", entry.top_k, entry.experts));
  std::string_view width = f.architecture().expert_width;
  if (width.empty())
    width = ffn.has({"moe_intermediate_size"}) ? "moe_intermediate_size" : "intermediate_size";
  entry.expert_ffn = ffn.sameInAllLayers({width});
  if (entry.expert_ffn < 1) ffn.reject(width, "is missing or 0");
  readSharedExperts(f, entry);
}

void readFeedForward(HfFields& f, ModelEntry& entry) {
  HfFields ffn = f.object("ffn_config").value_or(f);
  entry.ffn_matrices = f.architecture().ffn_matrices;
  const int experts = ffn.sameInAllLayers(
      {"num_experts", "n_routed_experts", "num_local_experts", "moe_num_experts"});
  int dense_layers = entry.layers;
  if (experts > 1) {
    entry.experts = experts;
    readExperts(f, ffn, entry);
    dense_layers = readRoutedLayers(f, entry);
  }
  if (dense_layers > 0) entry.dense_ffn = denseWidth(f, ffn, entry);
}

std::string precisionOf(std::string_view dtype) {
  if (dtype == "bfloat16") return "bf16";
  if (dtype == "float16") return "fp16";
  if (dtype == "float32") return "fp32";
  return std::string(dtype);
}

/// "int4" or "fp8" where the file lists the bits of its weights, or "".
std::string listedBits(HfFields& quantization) {
  auto part = quantization.object("config_groups");
  for (const char* key : {"group_0", "weights"})
    if (part) part = part->object(key);
  const int bits = part ? part->count({"num_bits"}) : 0;
  if (bits > 0) return fmt::format("{}{}", part->text("type") == "float" ? "fp" : "int", bits);
  const int plain = quantization.count({"bits", "w_bit"});
  return plain > 0 ? fmt::format("int{}", plain) : std::string();
}

void readQuantization(HfFields& quantization, ModelEntry& entry) {
  std::string method = quantization.text("quant_method");
  if (const std::string named = quantization.text("quant_algo"); !named.empty()) method = named;
  std::transform(method.begin(), method.end(), method.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool says_bits = method.find("fp") != std::string::npos;
  const std::string bits = says_bits ? "" : listedBits(quantization);
  entry.native_precision = bits.empty() ? method : bits;
  const std::vector<int> block = quantization.counts("weight_block_size");
  if (block.empty()) return;
  if (entry.native_precision == "fp8") entry.native_precision = "fp8_block";
  addNote(entry, fmt::format("{} weights in blocks of {}", method, fmt::join(block, " x ")));
}

/// Of the published weights: what quantization_config says, else the type of the tensors.
void readPrecision(HfFields& f, HfFields& root, ModelEntry& entry) {
  for (HfFields* fields : {&f, &root})
    if (auto quantization = fields->object("quantization_config"))
      return readQuantization(*quantization, entry);
  for (HfFields* fields : {&f, &root})
    for (const char* key : {"torch_dtype", "dtype"})
      if (entry.native_precision.empty()) entry.native_precision = precisionOf(fields->text(key));
}

}  // namespace

void addNote(ModelEntry& entry, const std::string& note) {
  if (!entry.notes.empty()) entry.notes += "; ";
  entry.notes += note;
}

void readHfParts(HfFields& f, HfFields& root, ModelEntry& entry) {
  readShape(f, root, entry);
  if (f.failed()) return;
  readHfAttention(f, entry);
  if (entry.attention == AttentionKind::kUnknown) return;
  readFeedForward(f, entry);
  readPrecision(f, root, entry);
  if (f.count({"num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules"}) > 0)
    addNote(entry, "layers for multi-token prediction are not counted");
}

}  // namespace moe::catalog
