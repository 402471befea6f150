#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"

namespace moe {

/// What ESFT trains of a model, as its authors release it.
struct EsftConfig {
  /// The routed experts to train of each routed layer of the model, in the order they were chosen.
  std::map<int, std::vector<int>> experts;
  bool shared_experts = false;
  bool non_expert_modules = false;  ///< attention, norms, routers, embeddings, dense FFN

  bool operator==(const EsftConfig&) const = default;
};

/// Routed experts of all layers together.
std::size_t trainedExperts(const EsftConfig& config);

/// True for a JSON text that looks like a selection.
bool looksLikeEsftConfig(std::string_view text);

/// Reads {"experts": {"1": [8, 26], ...}, "shared_experts": false, "non_expert_modules": false};
/// the two flags may be absent. Errors (kInput) name file, layer, value and cause: not JSON, a
/// layer or expert that is no number, an expert twice in a layer, one that is not below `experts`
/// (0: any).
Result<EsftConfig> readEsftConfig(const std::filesystem::path& path, std::size_t experts = 0);
Result<EsftConfig> parseEsftConfig(std::string_view text, const std::string& where,
                                   std::size_t experts = 0);

/// The text that the authors' program writes, byte for byte: one line, layers in the order of their
/// digits ("1", "10", "11", "2"), no line end.
std::string esftConfigText(const EsftConfig& config);

}  // namespace moe
