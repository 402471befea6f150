#include <map>

#include "app/gui/presenters/form_words.h"
#include "data/catalog/catalog.h"
#include "fitting/laws/law.h"

namespace moe {
namespace {

template <class Catalog>
std::vector<std::string> entryNames(const Result<Catalog>& catalog) {
  std::vector<std::string> names;
  if (!catalog) return names;  // the question itself will say what is wrong with the catalog
  for (const auto& entry : catalog->entries) names.push_back(entry.name);
  return names;
}

const std::map<std::string, std::vector<std::string>, std::less<>>& wordsByKey() {
  static const std::map<std::string, std::vector<std::string>, std::less<>> kWords{
      {"objective", {"huber", "l2", "huber-raw", "l2-raw"}},
      {"search", {"auto", "grid"}},
      {"study", {"auto", "full", "none"}},
      {"n_is", {"", "dense", "active", "total"}},
      {"curve", {"last", "all"}},
      {"weights", {"bf16", "fp8", "fp4", "int8", "int4"}},
      {"kv_cache", {"bf16", "fp8"}},
      {"engine", {"", "vllm", "sglang", "trtllm"}},
      {"price_scenario", {"", "cheap", "typical", "expensive"}},
      {"lengths", {"", "fixed", "lognormal", "sharegpt"}},
      {"router_skew", {"", "power-law:1.2", "even"}},
      {"shape", {"yun", "ludziejewski", "clark"}},
      {"flop_prices", {"", "sardana2024-flop", "sardana2024-usd"}},
      {"cost_preset", {"", "yun2024", "probe-v0", "probe-v1", "probe-v2", "probe-v3"}},
      {"hold_out", {"", "largest:20%"}},
      {"loss_rule", {"last", "mean:5", "min-smoothed", "best"}},
      {"pieces", {"auto", "file", "folder", "all"}},
      {"exclude",
       {"", "diverged", "nan", "spikes", "interrupted", "restart_jump", "lr_not_decayed",
        "few_tokens", "mid_schedule", "training_loss"}}};
  return kWords;
}

std::vector<std::string> familyNames() {
  std::vector<std::string> names;
  for (const LawFamily* family : lawFamilies()) names.emplace_back(family->name);
  return names;
}

}  // namespace

std::vector<std::string> fieldChoices(std::string_view key, const std::string& catalog_dir) {
  if (key == "hardware" || key == "training_hardware") return entryNames(loadHardware(catalog_dir));
  if (key == "model" || key == "model_template" || key == "models")
    return entryNames(loadModels(catalog_dir));
  if (key == "preset") return presetNames();
  if (key == "laws") return familyNames();
  const auto words = wordsByKey().find(key);
  return words == wordsByKey().end() ? std::vector<std::string>{} : words->second;
}

}  // namespace moe
