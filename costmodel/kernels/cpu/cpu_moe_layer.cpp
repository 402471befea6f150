#include "costmodel/kernels/cpu/cpu_moe_layer.h"

#include <fmt/format.h>

#include <algorithm>

#include "costmodel/kernels/cpu/guarded.h"

namespace moe {
namespace {

int matricesOf(Activation activation) { return activation == Activation::kRelu ? 2 : 3; }

int runnerRows(const MoeLayerSetup& setup) {
  return mostAssignments(setup) + (setup.shape.shared_ffn > 0 ? setup.max_tokens : 0);
}

Error badInput(std::string message) { return {ErrorKind::kUsage, "MoE layer", std::move(message)}; }

}  // namespace

int mostAssignments(const MoeLayerSetup& setup) {
  return setup.max_assignments > 0 ? setup.max_assignments : setup.max_tokens * setup.shape.top_k;
}

CpuMoeLayer::CpuMoeLayer(const CpuContext& context, std::shared_ptr<ThreadTeam> team,
                         const MoeLayerSetup& setup, const MoeLayerWeights& weights)
    : context_(context),
      team_(std::move(team)),
      setup_(setup),
      router_(context, setup, weights.router),
      ffn_(context, setup.shape.hidden, setup.shape.expert_ffn, setup.shape.activation,
           setup.precision == LayerPrecision::kBf16),
      runner_(runnerRows(setup), setup.shape.experts + 1, roundUp(setup.shape.hidden, kPanel),
              roundUp(std::max(setup.shape.expert_ffn, setup.shape.shared_ffn), kPanel),
              context.mostStreamedRows(setup.precision == LayerPrecision::kBf16)) {
  if (setup.shape.shared_ffn > 0) {
    shared_.emplace(context, setup.shape.hidden, setup.shape.shared_ffn, setup.shape.activation,
                    setup.precision == LayerPrecision::kBf16);
  }
  packWeights(weights);
  const std::size_t assignments = mostAssignments(setup);
  routing_.first.reserve(setup.shape.experts + 1);
  routing_.token.reserve(assignments);
  routing_.weight.reserve(assignments);
  first_of_token_.resize(setup.max_tokens + 1);
  row_of_.resize(assignments);
  weight_of_.resize(assignments);
}

void CpuMoeLayer::packWeights(const MoeLayerWeights& weights) {
  const std::size_t bytes = ffn_.expertBytes();
  const std::size_t experts = setup_.shape.experts;
  weights_ = HugeBuffer(experts * bytes + (shared_ ? shared_->expertBytes() : 0));
  team_->forEach(static_cast<int>(experts),
                 [&](int e, int) { ffn_.pack(weights.experts[e], weights_.as<void>(e * bytes)); });
  if (shared_) shared_->pack(weights.shared, weights_.as<void>(experts * bytes));
}

Result<RunReport> CpuMoeLayer::run(std::span<const float> input, std::span<float> output,
                                   const RunOptions& options) {
  const Result<int> tokens = tokensOf(input, output);
  if (!tokens) return tl::unexpected(tokens.error());
  return guarded([&]() -> Result<RunReport> {
    RunReport report;
    PhaseClock clock(options.phase_times);
    router_.run(*team_, input.data(), *tokens);
    clock.mark(report.phases.router);
    router_.groupByExpert(*tokens, routing_);
    report.work = workOf(routing_, true);
    return runRouted(routing_, input, output, clock, report);
  });
}

Result<RunReport> CpuMoeLayer::run(std::span<const float> input, const Routing& routing,
                                   std::span<float> output, const RunOptions& options) {
  const Result<int> tokens = tokensOf(input, output);
  if (!tokens) return tl::unexpected(tokens.error());
  if (const Result<void> fits = check(routing, *tokens); !fits) {
    return tl::unexpected(fits.error());
  }
  return guarded([&]() -> Result<RunReport> {
    RunReport report;
    PhaseClock clock(options.phase_times);
    report.work = workOf(routing, false);
    return runRouted(routing, input, output, clock, report);
  });
}

RunReport CpuMoeLayer::runRouted(const Routing& routing, std::span<const float> input,
                                 std::span<float> output, PhaseClock& clock, RunReport report) {
  addGroups(routing, input.data());
  report.prepared = runner_.plan();
  groupByToken(routing);
  clock.mark(report.phases.dispatch);
  runner_.run(*team_);
  clock.mark(report.phases.experts);
  combine(routing, output.data());
  clock.mark(report.phases.combine);
  return report;
}

void CpuMoeLayer::addGroups(const Routing& routing, const float* input) {
  const std::size_t hidden = setup_.shape.hidden;
  runner_.clear();
  for (int e = 0; e < routing.experts; ++e) {
    const auto tokens = routing.tokensOf(e);
    runner_.addGroup(ffn_, weights_.as<void>(e * ffn_.expertBytes()),
                     static_cast<int>(tokens.size()));
    for (const std::int32_t token : tokens) runner_.addRow(input + token * hidden);
  }
  if (!shared_) return;
  const std::size_t at = setup_.shape.experts * ffn_.expertBytes();
  runner_.addGroup(*shared_, weights_.as<void>(at), routing.tokens);
  for (int token = 0; token < routing.tokens; ++token) runner_.addRow(input + token * hidden);
}

/// A counting sort by token: the rows of a token in ascending order of experts.
void CpuMoeLayer::groupByToken(const Routing& routing) {
  const int assignments = static_cast<int>(routing.token.size());
  std::fill_n(first_of_token_.begin(), routing.tokens + 1, 0);
  for (const std::int32_t token : routing.token) ++first_of_token_[token + 1];
  for (int t = 0; t < routing.tokens; ++t) first_of_token_[t + 1] += first_of_token_[t];
  for (int i = 0; i < assignments; ++i) {
    const std::int32_t slot = first_of_token_[routing.token[i]]++;
    row_of_[slot] = runner_.output(i);
    weight_of_[slot] = routing.weight[i];
  }
  for (int t = routing.tokens; t > 0; --t) first_of_token_[t] = first_of_token_[t - 1];
  first_of_token_[0] = 0;
}

void CpuMoeLayer::combine(const Routing& routing, float* output) {
  const int assignments = static_cast<int>(routing.token.size());
  const int hidden = setup_.shape.hidden;
  constexpr int kTogether = 16;
  team_->forEach((routing.tokens + kTogether - 1) / kTogether, [&](int unit, int) {
    const int end = std::min(routing.tokens, (unit + 1) * kTogether);
    for (int t = unit * kTogether; t < end; ++t) {
      const std::int32_t first = first_of_token_[t];
      context_.simd->combine(shared_ ? runner_.output(assignments + t) : nullptr,
                             row_of_.data() + first, weight_of_.data() + first,
                             first_of_token_[t + 1] - first, hidden,
                             output + static_cast<std::size_t>(t) * hidden);
    }
  });
}

KernelWork CpuMoeLayer::workOf(const Routing& routing, bool routed_here) const {
  const MoeLayerShape& shape = setup_.shape;
  const double element = setup_.precision == LayerPrecision::kBf16 ? 2 : 4;
  const double matrix = matricesOf(shape.activation) * static_cast<double>(shape.hidden);
  const double router = routed_here ? static_cast<double>(shape.hidden) * shape.experts : 0;
  KernelWork work;
  for (int e = 0; e < routing.experts; ++e) work.distinct_experts += !routing.tokensOf(e).empty();
  const double assignments = static_cast<double>(routing.token.size());
  work.flop = Flop(2 * routing.tokens * router +
                   2 * matrix *
                       (assignments * shape.expert_ffn +
                        static_cast<double>(routing.tokens) * shape.shared_ffn));
  work.weight_bytes =
      Bytes(4 * router + element * matrix *
                             (work.distinct_experts * double(shape.expert_ffn) + shape.shared_ffn));
  return work;
}

Result<int> CpuMoeLayer::tokensOf(std::span<const float> input, std::span<float> output) const {
  const std::size_t hidden = setup_.shape.hidden;
  const std::size_t tokens = input.size() / hidden;
  if (tokens == 0 || input.size() % hidden != 0 || output.size() != input.size()) {
    return tl::unexpected(badInput(
        fmt::format("input has {} and output {} values; both must have tokens x {}, with at least "
                    "one token",
                    input.size(), output.size(), hidden)));
  }
  if (tokens > static_cast<std::size_t>(setup_.max_tokens)) {
    return tl::unexpected(
        badInput(fmt::format("{} tokens, but the layer was prepared for at most "
                             "{}; prepare one with more",
                             tokens, setup_.max_tokens)));
  }
  return static_cast<int>(tokens);
}

Result<void> CpuMoeLayer::check(const Routing& routing, int tokens) const {
  const std::size_t assignments = routing.token.size();
  if (routing.tokens != tokens || routing.experts != setup_.shape.experts) {
    return tl::unexpected(
        badInput(fmt::format("the routing is for {} tokens and {} experts, the layer for {} and {}",
                             routing.tokens, routing.experts, tokens, setup_.shape.experts)));
  }
  if (assignments > row_of_.size()) {
    return tl::unexpected(badInput(fmt::format(
        "{} assignments, but the layer was prepared for at most {}; set max_assignments",
        assignments, row_of_.size())));
  }
  const auto& first = routing.first;
  const bool grouped = first.size() == static_cast<std::size_t>(routing.experts) + 1 &&
                       first.front() == 0 && std::is_sorted(first.begin(), first.end()) &&
                       first.back() == static_cast<std::int32_t>(assignments) &&
                       routing.weight.size() == assignments;
  const bool tokens_exist =
      std::all_of(routing.token.begin(), routing.token.end(),
                  [&](std::int32_t token) { return token >= 0 && token < tokens; });
  if (grouped && tokens_exist) return {};
  return tl::unexpected(badInput("the routing does not group existing tokens by expert"));
}

}  // namespace moe
