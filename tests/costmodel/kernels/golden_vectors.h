#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/kernels/routing/route.h"

namespace moe::test {

/// One case of tests/golden/router_vectors.json: what a reference implementation made of the one
/// set of logits, and our rule for it: a preset, with what the case's parameters change.
struct GoldenCase {
  std::size_t number = 0;
  std::string implementation;
  std::string preset;
  RouterRule rule;
  std::vector<double> gates;            ///< [tokens, experts]; empty: not recorded
  std::vector<std::vector<int>> slots;  ///< [tokens][experts], -1: none; empty: not recorded
  std::vector<std::vector<int>> kept;   ///< [tokens][experts], 0 or 1; empty: not recorded
  std::vector<std::size_t> chosen;      ///< per expert; empty: not recorded
  std::vector<double> dropped_share;    ///< per choice; empty: not recorded
  std::optional<double> balance_loss;   ///< with the rule's coefficient
  std::optional<double> z_loss;
  std::optional<int> capacity;  ///< that the rule must come to; none: it was an input
};

struct GoldenVectors {
  int tokens = 0;
  int experts = 0;
  std::vector<float> logits;
  double z_loss = 0;
  std::vector<GoldenCase> cases;
};

GoldenVectors goldenVectors();

/// Routes the vectors' logits by a rule and names what differs from the case; empty: nothing does.
std::string differenceFrom(const GoldenCase& golden, const GoldenVectors& vectors,
                           const RouterRule& rule);

/// [tokens, experts] with the weights of a routing, 0 elsewhere.
std::vector<double> denseWeights(const Routing& routing);

}  // namespace moe::test
