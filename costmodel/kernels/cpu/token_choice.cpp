#include "costmodel/kernels/cpu/token_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moe {
namespace {

constexpr int kTogether = 48;  // tokens of one unit: eight tiles of six rows

/// Sum over all of exp(x - largest).
float sumOfExponentials(const float* logits, int experts, float largest) {
  float sum = 0;
  for (int e = 0; e < experts; ++e) sum += std::exp(logits[e] - largest);
  return sum;
}

/// The largest logit that is not taken; NaN counts as below all, equals go to the lower index.
int largestFree(const float* logits, int experts, std::span<const std::int32_t> taken) {
  int best = -1;
  for (int e = 0; e < experts; ++e) {
    if (best >= 0 && !(logits[e] > logits[best]) && !std::isnan(logits[best])) continue;
    if (best >= 0 && std::isnan(logits[best]) && std::isnan(logits[e])) continue;
    if (std::find(taken.begin(), taken.end(), e) == taken.end()) best = e;
  }
  return best;
}

struct Choice {
  std::span<std::int32_t> experts;
  std::span<float> weights;
};

/// A NaN among the logits makes every weight of the token NaN.
void choose(const float* logits, int experts, const FastRouting& rule, const Choice& choice) {
  const std::size_t k = choice.experts.size();
  for (std::size_t j = 0; j < k; ++j) {
    choice.experts[j] = largestFree(logits, experts, choice.experts.first(j));
  }
  const float largest = logits[choice.experts[0]];
  float chosen_sum = 0;
  for (std::size_t j = 0; j < k; ++j) {
    choice.weights[j] = std::exp(logits[choice.experts[j]] - largest);
    chosen_sum += choice.weights[j];
  }
  const bool over_all = rule.normalisation == GateNormalisation::kSoftmaxOverAll;
  const bool has_nan =
      std::any_of(logits, logits + experts, [](float logit) { return std::isnan(logit); });
  const float sum = has_nan    ? std::numeric_limits<float>::quiet_NaN()
                    : over_all ? sumOfExponentials(logits, experts, largest)
                               : chosen_sum;
  for (float& weight : choice.weights) weight *= rule.scale / sum;
}

}  // namespace

TokenChoice::TokenChoice(const CpuContext& context, const MoeLayerSetup& setup,
                         std::span<const float> router)
    : context_(context),
      hidden_(setup.shape.hidden),
      experts_(setup.shape.experts),
      top_k_(setup.shape.top_k),
      rule_(setup.routing),
      layout_{roundUp(hidden_, kPanel), roundUp(experts_, kPanel), false, true},
      weights_(layout_.bytes()),
      logits_(sizeof(float) * context.workers * kTogether * layout_.n),
      experts_of_(static_cast<std::size_t>(setup.max_tokens) * top_k_),
      weight_of_(experts_of_.size()) {
  for (int panel = 0; panel < layout_.n / kPanel; ++panel) {
    packPanel(layout_, panel, router.data(), hidden_, experts_, panel * kPanel, weights_.as<void>(),
              *context_.simd);
  }
}

void TokenChoice::run(ThreadTeam& team, const float* input, int tokens) {
  team.forEach((tokens + kTogether - 1) / kTogether, [&](int unit, int worker) {
    routeTogether(worker, input, unit * kTogether, std::min(tokens, (unit + 1) * kTogether));
  });
}

void TokenChoice::routeTogether(int worker, const float* input, int begin, int end) {
  float* logits = logits_.as<float>() + static_cast<std::size_t>(worker) * kTogether * layout_.n;
  const float* x[kTogether];
  float* out[kTogether];
  const int rows = end - begin;
  for (int panel = 0; panel < layout_.n / kPanel; ++panel) {
    for (int i = 0; i < rows; ++i) {
      x[i] = input + static_cast<std::size_t>(begin + i) * hidden_;
      out[i] = logits + i * layout_.n + panel * kPanel;
    }
    ProductWeights weights = layout_.panel(weights_.as<void>(), panel, hidden_);
    weights.columns = std::min(kPanel, roundUp(experts_ - panel * kPanel, 16));
    context_.simd->product_f32({x, out, rows}, weights, false);
  }
  for (int i = 0; i < rows; ++i) {
    const std::size_t at = static_cast<std::size_t>(begin + i) * top_k_;
    choose(logits + i * layout_.n, experts_, rule_,
           {std::span(experts_of_).subspan(at, top_k_), std::span(weight_of_).subspan(at, top_k_)});
  }
}

void TokenChoice::groupByExpert(int tokens, Routing& routing) const {
  const std::size_t assignments = static_cast<std::size_t>(tokens) * top_k_;
  routing.tokens = tokens;
  routing.experts = experts_;
  routing.first.assign(experts_ + 1, 0);
  routing.token.resize(assignments);
  routing.weight.resize(assignments);
  for (std::size_t i = 0; i < assignments; ++i) ++routing.first[experts_of_[i] + 1];
  for (int e = 0; e < experts_; ++e) routing.first[e + 1] += routing.first[e];
  // first[e] runs ahead while expert e is filled, and is moved back behind it.
  for (std::size_t i = 0; i < assignments; ++i) {
    const std::int32_t slot = routing.first[experts_of_[i]]++;
    routing.token[slot] = static_cast<std::int32_t>(i / top_k_);
    routing.weight[slot] = weight_of_[i];
  }
  for (int e = experts_; e > 0; --e) routing.first[e] = routing.first[e - 1];
  routing.first[0] = 0;
}

}  // namespace moe
