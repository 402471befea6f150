#include "costmodel/shape_rule.h"

#include <algorithm>
#include <cmath>

namespace moe {

ForwardShape ShapeRule::shape(double dense_params, double experts) const {
  const double root = std::cbrt(dense_params);
  const double hidden_times_layers = mu * root * root;
  ForwardShape shape;
  shape.hidden = root / (12 * mu);
  shape.layers = 12 * mu * mu * root;
  shape.dense_params = (1 - routed_fraction) * dense_params;
  shape.expert_params = routed_fraction * dense_params;
  shape.experts = experts;
  shape.top_k = std::min(top_k, experts);
  shape.kv_elements_per_token = 2 * hidden_times_layers;
  shape.attention_flop_per_context_token = 4 * hidden_times_layers;
  return shape;
}

double ShapeRule::totalParams(double dense_params, double experts) const {
  return (1 + (experts - 1) * routed_fraction) * dense_params;
}

double ShapeRule::activeParams(double dense_params, double experts) const {
  return (1 - routed_fraction + std::min(top_k, experts) * routed_fraction) * dense_params;
}

std::vector<std::string> shapeRuleNames() { return {"yun", "ludziejewski", "clark"}; }

Result<ShapeRule> shapeRulePreset(std::string_view name) {
  if (name == "yun") return ShapeRule{};
  // Every layer routed, top-1. Of a layer's 13 h^2 parameters (4 attention, 9 gated FFN) the FFN
  // is replaced [Ludziejewski2025].
  if (name == "ludziejewski") return ShapeRule{"ludziejewski", 9.0 / 13.0, 1, 0.05, 1};
  // Top-1; c from the total parameter counts of the published runs [Clark2022].
  if (name == "clark") return ShapeRule{"clark", 0.3076, 1, 0.05, 1};
  std::string known;
  for (const auto& known_name : shapeRuleNames()) known += (known.empty() ? "" : ", ") + known_name;
  return fail(ErrorKind::kUsage, "--shape-rule",
              "there is no shape rule '" + std::string(name) + "'; known are " + known);
}

}  // namespace moe
