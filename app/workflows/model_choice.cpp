#include "app/workflows/model_choice.h"

#include "data/catalog/catalog.h"
#include "data/catalog/hf_config.h"

namespace moe {

Result<ModelEntry> chosenModel(const std::string& model, const std::string& catalog_dir) {
  if (model.ends_with(".toml")) return readModelFile(model);
  if (model.ends_with(".json")) return readHfConfig(model);
  const auto catalog = loadModels(catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  return findModel(*catalog, model);
}

}  // namespace moe
