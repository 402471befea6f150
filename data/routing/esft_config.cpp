#include "data/routing/esft_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "data/readers/file_text.h"

namespace moe {
namespace {

using ConfigJson = nlohmann::json;

Result<bool> configFlag(const ConfigJson& document, const char* key, const std::string& where) {
  const auto found = document.find(key);
  if (found == document.end()) return false;
  if (found->is_boolean()) return found->get<bool>();
  return fail(ErrorKind::kInput, where,
              fmt::format("{} is {}; true or false is needed", key, found->dump()));
}

Result<std::vector<int>> layerExperts(const ConfigJson& list, std::size_t experts,
                                      const std::string& where) {
  if (!list.is_array()) return fail(ErrorKind::kInput, where, "is no list of experts");
  std::vector<int> chosen;
  for (const ConfigJson& value : list) {
    const std::uint64_t bound = experts > 0 ? experts : 65536;
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= bound)
      return fail(ErrorKind::kInput, where,
                  fmt::format("expert {} does not exist; the experts are 0 to {}", value.dump(),
                              bound - 1));
    const int expert = value.get<int>();
    if (std::find(chosen.begin(), chosen.end(), expert) != chosen.end())
      return fail(ErrorKind::kInput, where, fmt::format("names expert {} twice", expert));
    chosen.push_back(expert);
  }
  return chosen;
}

}  // namespace

std::size_t trainedExperts(const EsftConfig& config) {
  std::size_t count = 0;
  for (const auto& [layer, chosen] : config.experts) count += chosen.size();
  return count;
}

bool looksLikeEsftConfig(std::string_view text) {
  return text.find("\"experts\"") != std::string_view::npos &&
         text.find("_scores\"") == std::string_view::npos;
}

Result<EsftConfig> parseEsftConfig(std::string_view text, const std::string& where,
                                   std::size_t experts) {
  const ConfigJson document = ConfigJson::parse(text, nullptr, false);
  if (!document.is_object())
    return fail(ErrorKind::kInput, where, "is not a whole JSON object; is the file cut off?");
  const auto found = document.find("experts");
  if (found == document.end() || !found->is_object())
    return fail(ErrorKind::kInput, where, "has no object \"experts\" with a list per layer");
  EsftConfig config;
  for (const auto& [key, list] : found->items()) {
    int layer = 0;
    const char* end = key.data() + key.size();
    const auto [rest, problem] = std::from_chars(key.data(), end, layer);
    if (problem != std::errc() || rest != end || layer < 0)
      return fail(ErrorKind::kInput, where,
                  fmt::format("experts has \"{}\"; numbers of layers are needed", key));
    auto chosen = layerExperts(list, experts, fmt::format("{}: layer {}", where, layer));
    if (!chosen) return tl::unexpected(chosen.error());
    config.experts[layer] = *std::move(chosen);
  }
  const auto shared = configFlag(document, "shared_experts", where);
  if (!shared) return tl::unexpected(shared.error());
  const auto rest = configFlag(document, "non_expert_modules", where);
  if (!rest) return tl::unexpected(rest.error());
  config.shared_experts = *shared;
  config.non_expert_modules = *rest;
  return config;
}

Result<EsftConfig> readEsftConfig(const std::filesystem::path& path, std::size_t experts) {
  const auto file = readFileText(path);
  if (!file) return tl::unexpected(file.error());
  return parseEsftConfig(file->text, path.string(), experts);
}

std::string esftConfigText(const EsftConfig& config) {
  std::map<std::string, std::string> layers;
  for (const auto& [layer, chosen] : config.experts)
    layers[std::to_string(layer)] = fmt::format("[{}]", fmt::join(chosen, ", "));
  std::string text;
  for (const auto& [layer, list] : layers)
    text += fmt::format("{}\"{}\": {}", text.empty() ? "" : ", ", layer, list);
  return fmt::format("{{\"experts\": {{{}}}, \"shared_experts\": {}, \"non_expert_modules\": {}}}",
                     text, config.shared_experts, config.non_expert_modules);
}

}  // namespace moe
