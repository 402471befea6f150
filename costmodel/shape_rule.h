#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "costmodel/forward_shape.h"
#include "data/error.h"

namespace moe {

/// Turns a hypothetical (N, E), N of the corresponding dense model without embeddings, into a
/// shape. From N = 12 h^2 l and h l = mu N^(2/3) [Yun2024, section 4]:
///
///     h = N^(1/3) / (12 mu)    l = 12 mu^2 N^(1/3)
///     N_total = (1 + (E-1) c) N    N_active = (1 - c + K c) N    K = min(top_k, E)
///
///   c  share of the dense model's parameters that is replaced by experts
struct ShapeRule {
  std::string name = "yun";
  double routed_fraction = 1.0 / 3.0;  ///< c: one of two FFN layers routed, FFNs are 2/3 of N
  double top_k = 2;
  double mu = 0.05;
  double train_flop_factor = 1;  ///< f: C = 6 f N D for E > 1; 1 in the paper's reading, 4/3 when
                                 ///< the second expert of a token is counted

  ForwardShape shape(double dense_params, double experts) const;
  double totalParams(double dense_params, double experts) const;
  double activeParams(double dense_params, double experts) const;
};

/// "yun" (default), "ludziejewski" (every layer routed, top-1: c = 9/13), "clark".
/// An unknown name is a usage error that lists them.
Result<ShapeRule> shapeRulePreset(std::string_view name);
std::vector<std::string> shapeRuleNames();

}  // namespace moe
