#include "costmodel/engine/serving_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace moe {
namespace {

// Batched products of MLA's absorption are not in the tables: half the bf16 peak, 0.7 of the
// bandwidth and 6 us of launches a layer, from two small products a layer on H100.
constexpr double kAbsorbCompute = 0.5;
constexpr double kAbsorbBandwidth = 0.7;
constexpr double kAbsorbLaunch = 6e-6;

// Norms and residual additions pass a layer's activations about four times, at 0.6 of the
// bandwidth.
constexpr double kNormPasses = 4;
constexpr double kNormBandwidth = 0.6;

std::size_t index(OperatorGroup group) { return static_cast<std::size_t>(group); }

}  // namespace

std::string_view name(OperatorGroup group) {
  constexpr std::string_view kNames[kOperatorGroups] = {
      "projections", "attention", "dense_ffn", "experts",       "shared_experts",
      "router",      "norms",     "head",      "communication", "fixed",
  };
  return kNames[index(group)];
}

double PassTime::total() const { return std::accumulate(seconds.begin(), seconds.end(), 0.0); }

void PassTime::add(OperatorGroup group, const OperatorTime& time, double times) {
  seconds[index(group)] += times * time.seconds;
  compute_s[index(group)] += times * time.ideal.compute_s;
  memory_s[index(group)] += times * time.ideal.memory_s;
}

std::string_view boundOf(OperatorGroup group, const PassTime& time) {
  constexpr double kLeastOfIdeal = 0.1;
  const std::size_t i = index(group);
  if (group == OperatorGroup::kFixed) return "latency";
  if (group == OperatorGroup::kCommunication)
    return time.memory_s[i] > 0.5 * time.seconds[i] ? "link" : "latency";
  const double ideal = std::max(time.compute_s[i], time.memory_s[i]);
  if (ideal < kLeastOfIdeal * time.seconds[i]) return "latency";
  return time.compute_s[i] > time.memory_s[i] ? "compute" : "memory";
}

ServingModel::ServingModel(const Request& request, const KernelLibrary& kernels)
    : request_(request), kernels_(kernels) {
  const ModelEntry& model = request.model.entry;
  routed_layers_ = static_cast<double>(request.model.routed_layers);
  sliding_layers_ = model.sliding_window > 0 ? model.sliding_window_layers : 0;
  window_ = model.sliding_window;
  const bool mla = model.attention == AttentionKind::kMla;
  full_layers_ = (mla ? model.layers : model.kv_layers) - sliding_layers_;
  if (mla) {
    addMla();
  } else {
    addAttentionLayers();
  }
  addFeedForward();
  if (model.experts > 0) addExperts();
  head_ = kernels.gemm(request.formats.plain,
                       static_cast<double>(model.vocabulary) / request.parallelism.tensor_parallel,
                       model.hidden);
  weaken(OperatorGroup::kHead, head_->basis);
  weaken(OperatorGroup::kNorms, Basis::kRoofline);
  addCommunication();
  measureQuantising();
  if (!kernels.measured()) {
    fixed_per_layer_s_ = kernels.target().fixed_per_layer.value();
    weaken(OperatorGroup::kFixed, Basis::kRoofline);
  }
}

void ServingModel::measureQuantising() {
  const NumberFormat format = request_.formats.attention;
  const bool fuses = kernels_.measured() && kernels_.target().peak_fp4.has_value();
  // With scales per block the activations are quantised by a kernel of its own.
  if (!fuses || format == request_.formats.plain || format == NumberFormat::kFp8Block) return;
  constexpr double kSmall = 1;  // clamped to the smallest that was measured
  const double quantised = kernels_.gemm(format, kSmall, kSmall).time(1).seconds;
  const double plain = kernels_.gemm(NumberFormat::kBf16, kSmall, kSmall).time(1).seconds;
  double products = 0;
  for (const Linear& linear : linears_)
    if (linear.decode && linear.gemm.format == format) products += linear.layers;
  quantise_s_ = std::max(0.0, quantised - plain) * products;
}

void ServingModel::weaken(OperatorGroup group, Basis basis) {
  Basis& known = basis_[index(group)];
  known = std::max(known, basis);
}

void ServingModel::addLinear(OperatorGroup group, NumberFormat format, double n, double k,
                             double layers, bool decode, bool prefill) {
  if (layers <= 0) return;
  linears_.push_back({kernels_.gemm(format, n, k), layers, group, decode, prefill});
  weaken(group, linears_.back().gemm.basis);
}

void ServingModel::addAttentionLayers() {
  const ModelEntry& m = request_.model.entry;
  const double tp = request_.parallelism.tensor_parallel;
  const double heads = m.heads / tp;
  const double kv_heads = std::max(1.0, m.kv_heads / tp);
  const NumberFormat format = request_.formats.attention;
  // Linear-attention layers of hybrids are counted as attention in projections.
  addLinear(OperatorGroup::kProjections, format, (heads + 2 * kv_heads) * m.head_dim, m.hidden,
            m.layers);
  addLinear(OperatorGroup::kProjections, format, m.hidden, heads * m.head_dim, m.layers);
  const AttentionHeads shape{heads, kv_heads, static_cast<double>(m.head_dim), false};
  decode_attention_ = kernels_.attention(shape, false, request_.formats.kv_bytes);
  prefill_attention_ = kernels_.attention(shape, true, activationBytes(request_.formats.plain));
  weaken(OperatorGroup::kAttention, std::max(decode_attention_->basis, prefill_attention_->basis));
}

/// Absorbed in decode (queries meet the latent cache), expanded in prefill [DeepSeekV2].
void ServingModel::addMla() {
  const ModelEntry& m = request_.model.entry;
  const double heads = static_cast<double>(m.heads) / request_.parallelism.tensor_parallel;
  const double query = m.qk_nope_dim + m.qk_rope_dim;
  const double compressed = m.kv_lora_rank + m.qk_rope_dim;
  const NumberFormat format = request_.formats.attention;
  const auto add = [&](double n, double k, bool decode = true) {
    addLinear(OperatorGroup::kProjections, format, n, k, m.layers, decode);
  };
  if (m.q_lora_rank > 0) {
    add(m.q_lora_rank + compressed, m.hidden);  // on every device: the latent is shared
    add(heads * query, m.q_lora_rank);
  } else {
    add(heads * query + compressed, m.hidden);
  }
  add(m.hidden, heads * m.v_head_dim);
  add(heads * (m.qk_nope_dim + m.v_head_dim), m.kv_lora_rank, false);
  absorb_flop_ = 2 * heads * m.kv_lora_rank * (m.qk_nope_dim + m.v_head_dim);
  absorb_bytes_ = kActivationBytes * heads * m.kv_lora_rank * (m.qk_nope_dim + m.v_head_dim);
  const AttentionHeads shape{heads, 1, kMlaLatent, true};
  decode_attention_ = kernels_.attention(shape, false, request_.formats.kv_bytes);
  prefill_attention_ = kernels_.attention(shape, true, 2);
  weaken(OperatorGroup::kAttention, std::max(decode_attention_->basis, prefill_attention_->basis));
}

void ServingModel::addFeedForward() {
  const ModelEntry& m = request_.model.entry;
  const double tp = request_.parallelism.tensor_parallel;
  const NumberFormat format = request_.formats.dense;
  const auto add = [&](OperatorGroup group, double width, double layers) {
    addLinear(group, format, (m.ffn_matrices - 1) * width / tp, m.hidden, layers);
    addLinear(group, format, m.hidden, width / tp, layers);
  };
  if (m.dense_ffn > 0) add(OperatorGroup::kDenseFfn, m.dense_ffn, m.layers - routed_layers_);
  if (m.extra_ffn > 0) add(OperatorGroup::kDenseFfn, m.extra_ffn, routed_layers_);
  if (m.shared_ffn > 0) add(OperatorGroup::kSharedExperts, m.shared_ffn, routed_layers_);
}

void ServingModel::addExperts() {
  const ModelEntry& m = request_.model.entry;
  const Parallelism& p = request_.parallelism;
  const NumberFormat format = request_.formats.plain;
  addLinear(OperatorGroup::kRouter, format,
            std::max(kernels_.narrowestProduct(format), static_cast<double>(m.experts)), m.hidden,
            routed_layers_);
  // vLLM and SGLang run Triton kernels on Hopper; elsewhere the kernels of TensorRT-LLM.
  const bool triton =
      request_.engine != Engine::kTensorRtLlm && !kernels_.target().peak_fp4.has_value();
  MoeTable::Query query;
  query.shape = {static_cast<double>(m.hidden),
                 static_cast<double>(m.expert_ffn),
                 static_cast<double>(m.experts),
                 static_cast<double>(m.top_k),
                 static_cast<double>(p.moe_tensor_parallel),
                 static_cast<double>(p.expert_parallel)};
  query.format = request_.formats.experts;
  query.engine = triton ? "vllm" : "trtllm";
  query.skew = request_.skew.load ? 0 : request_.skew.exponent;
  experts_ = kernels_.moe(query);
  weaken(OperatorGroup::kExperts, experts_->basis);
}

/// Two all-reduces a layer under tensor parallel. With data-parallel attention the tokens of all
/// groups are gathered before the experts and their results scattered back instead.
void ServingModel::addCommunication() {
  const Parallelism& p = request_.parallelism;
  tensor_allreduce_ = kernels_.collective("allreduce-trtllm", p.tensor_parallel);
  weaken(OperatorGroup::kCommunication, tensor_allreduce_.basis);
  if (p.data_parallel == 1) return;
  const double domains =
      std::ceil(static_cast<double>(p.stageDevices()) / kernels_.target().link_domain);
  if (domains > 1) {
    // Tokens travel only to the domains that hold one of their experts: D (1 - (1 - 1/D)^k) of D,
    // of which 1/D is their own.
    const double reached =
        domains * -std::expm1(request_.model.entry.top_k * std::log1p(-1 / domains));
    remote_copies_ = reached * (1 - 1 / domains);
    weaken(OperatorGroup::kCommunication, Basis::kRoofline);
    return;
  }
  expert_gather_ = kernels_.collective("allgather", p.stageDevices());
  expert_scatter_ = kernels_.collective("reducescatter", p.stageDevices());
  weaken(OperatorGroup::kCommunication, expert_gather_.basis);
}

void ServingModel::addLinears(PassTime& time, double tokens, bool decode) const {
  for (const Linear& linear : linears_)
    if (decode ? linear.decode : linear.prefill)
      time.add(linear.group, linear.gemm.time(tokens), linear.layers);
}

void ServingModel::addRouted(PassTime& time, double all_tokens) const {
  if (!experts_) return;
  const OperatorTime one = request_.skew.load
                               ? experts_->time(all_tokens, request_.skew.load(all_tokens))
                               : experts_->time(all_tokens);
  time.add(OperatorGroup::kExperts, one, routed_layers_);
}

/// Norms, head and collectives. `tokens` of one group, `all_tokens` of all groups together.
void ServingModel::addRest(PassTime& time, double tokens, double all_tokens,
                           double head_tokens) const {
  const ModelEntry& m = request_.model.entry;
  const Peaks& peaks = kernels_.peaks();
  const double norm_bytes =
      kNormPasses * activationBytes(request_.formats.plain) * tokens * m.hidden;
  const double norm_ideal = norm_bytes / peaks.bytes_per_s;
  time.add(OperatorGroup::kNorms, {norm_ideal / kNormBandwidth, {0, norm_ideal}}, 2.0 * m.layers);
  time.add(OperatorGroup::kHead, head_->time(head_tokens), 1);
  time.add(OperatorGroup::kFixed, {fixed_per_layer_s_, {}}, m.layers);
  const Parallelism& p = request_.parallelism;
  const double dense_layers = p.data_parallel > 1 ? m.layers - routed_layers_ : m.layers;
  const double routed_reduces = p.data_parallel > 1 ? routed_layers_ : 0;
  time.add(OperatorGroup::kCommunication, tensor_allreduce_.time(tokens * m.hidden),
           2 * dense_layers + routed_reduces);
  if (p.data_parallel > 1) addExchange(time, tokens, all_tokens);
}

/// Tokens to their experts and back. Inside one link domain engines gather all tokens and scatter
/// the results; between domains each token is sent once in fp8 to every domain that it needs and
/// comes back in bf16 over the network. With two micro-batches the exchange hides behind the rest
/// of the pass, as far as that lasts.
void ServingModel::addExchange(PassTime& time, double tokens, double all_tokens) const {
  constexpr double kSentBytes = 1;
  const double hidden = request_.model.entry.hidden;
  const double before = time.total();
  PassTime exchange;
  const auto group = OperatorGroup::kCommunication;
  if (remote_copies_ > 0) {
    const Accelerator& machine = kernels_.target();
    const double network = machine.network_bandwidth.value() > 0 ? machine.network_bandwidth.value()
                                                                 : machine.link_bandwidth.value();
    const double ideal =
        remote_copies_ * tokens * hidden * (kSentBytes + kActivationBytes) / network;
    exchange.add(group,
                 {ideal / machine.link_efficiency + 2 * machine.link_latency.value(), {0, ideal}},
                 routed_layers_);
  } else {
    exchange.add(group, expert_gather_.time(all_tokens * hidden), routed_layers_);
    exchange.add(group, expert_scatter_.time(all_tokens * hidden), routed_layers_);
  }
  const double shown =
      request_.overlap_exchange ? std::max(0.0, exchange.total() - before) / exchange.total() : 1.0;
  time.add(group, {exchange.total(), {0, exchange.memory_s[index(group)]}}, shown);
}

/// MLA's products of queries and values with the latent's projections.
void ServingModel::addAbsorbed(PassTime& time, double tokens) const {
  if (absorb_flop_ <= 0) return;
  const Peaks& peaks = kernels_.peaks();
  const IdealTime ideal{absorb_flop_ * tokens / peaks.bf16_flop_per_s,
                        absorb_bytes_ / peaks.bytes_per_s};
  const double seconds =
      std::max(ideal.compute_s / kAbsorbCompute, ideal.memory_s / kAbsorbBandwidth) + kAbsorbLaunch;
  time.add(OperatorGroup::kProjections, {seconds, ideal}, request_.model.entry.layers);
}

PassTime ServingModel::decode(double sequences, double context) const {
  PassTime time;
  const double local = std::max(1.0, sequences / request_.parallelism.data_parallel);
  addLinears(time, local, true);
  time.add(OperatorGroup::kAttention, decode_attention_->time(local, context), full_layers_);
  if (sliding_layers_ > 0)
    time.add(OperatorGroup::kAttention, decode_attention_->time(local, std::min(context, window_)),
             sliding_layers_);
  addAbsorbed(time, local);
  addRouted(time, sequences);
  addRest(time, local, sequences, local);
  return time;
}

/// Attention of the tokens `from`..`to` of prompts: what a whole prompt of `to` takes, less one of
/// `from`. Layers with a window pay for the pairs inside it.
void ServingModel::prefillAttention(PassTime& time, double prompts, double from, double to) const {
  const std::size_t attention = index(OperatorGroup::kAttention);
  PassTime chunk;
  const auto add = [&](double tokens, double sign) {
    if (tokens <= 0) return;
    const OperatorTime whole = prefill_attention_->time(prompts, tokens);
    chunk.add(OperatorGroup::kAttention, whole, sign * full_layers_);
    if (sliding_layers_ <= 0) return;
    const double share =
        tokens > window_ ? window_ * (2 * tokens - window_) / (tokens * tokens) : 1.0;
    chunk.add(OperatorGroup::kAttention, whole, sign * sliding_layers_ * share);
  };
  add(to, 1);
  add(from, -1);
  // Measured times scatter, so those of two lengths that are close may even fall.
  const double least = std::max(chunk.compute_s[attention], chunk.memory_s[attention]);
  time.seconds[attention] +=
      from > 0 ? std::max(chunk.seconds[attention], least) : chunk.seconds[attention];
  time.compute_s[attention] += chunk.compute_s[attention];
  time.memory_s[attention] += chunk.memory_s[attention];
}

PassTime ServingModel::prefill(double prompts, double tokens, double cached) const {
  PassTime time;
  const double batch = prompts * tokens;
  const double all = batch * request_.parallelism.data_parallel;
  addLinears(time, batch, false);
  prefillAttention(time, prompts, cached, cached + tokens);
  addRouted(time, all);
  addRest(time, batch, all, prompts);
  return time;
}

PassTime ServingModel::chunkedPrefill(double tokens, double chunk) const {
  PassTime time;
  for (double done = 0; done < tokens; done += chunk) {
    const PassTime pass = prefill(1, std::min(chunk, tokens - done), done);
    for (std::size_t i = 0; i < kOperatorGroups; ++i) {
      time.seconds[i] += pass.seconds[i];
      time.compute_s[i] += pass.compute_s[i];
      time.memory_s[i] += pass.memory_s[i];
    }
  }
  return time;
}

PassTime ServingModel::mixed(double sequences, double context, double chunk, double past) const {
  if (chunk <= 0) return decode(sequences, context);
  const double data_parallel = request_.parallelism.data_parallel;
  const double local = std::max(1.0, sequences / data_parallel);
  PassTime time;
  for (const Linear& linear : linears_) {
    const double tokens = (linear.decode ? local : 0) + (linear.prefill ? chunk : 0);
    time.add(linear.group, linear.gemm.time(tokens), linear.layers);
  }
  addAbsorbed(time, local);
  const PassTime alone = decode(sequences, context);
  const std::size_t attention = index(OperatorGroup::kAttention);
  time.seconds[attention] = alone.seconds[attention];
  time.compute_s[attention] = alone.compute_s[attention];
  time.memory_s[attention] = alone.memory_s[attention];
  prefillAttention(time, 1, past, past + chunk);
  const double all = sequences + chunk * data_parallel;
  addRouted(time, all);
  addRest(time, local + chunk, all, local + 1);
  return time;
}

}  // namespace moe
