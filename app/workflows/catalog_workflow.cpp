#include "app/workflows/catalog_workflow.h"

#include <fmt/format.h>

#include <algorithm>

#include "costmodel/operators/kernel_accuracy.h"
#include "costmodel/verify/point_predictor.h"
#include "data/nearest_name.h"

namespace moe {
namespace {

CatalogModel withCounts(ModelEntry entry) {
  CatalogModel model;
  if (auto architecture = architectureOf(entry)) model.architecture = *std::move(architecture);
  model.entry = std::move(entry);
  return model;
}

Result<void> addModels(CatalogOutcome& outcome, const CatalogRequest& request) {
  auto catalog = loadModels(request.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  if (!outcome.single) {
    for (ModelEntry& entry : catalog->entries)
      outcome.models.push_back(withCounts(std::move(entry)));
    return {};
  }
  auto entry = findModel(*catalog, request.name, "catalog models");
  if (!entry) return tl::unexpected(entry.error());
  outcome.models.push_back(withCounts(*std::move(entry)));
  return {};
}

Result<CatalogKernels> kernelsOf(const HardwareEntry& entry, const HardwareCatalog& catalog,
                                 const CatalogRequest& request) {
  CatalogKernels kernels;
  const auto library = loadKernels(entry, catalog, request.catalog_dir);
  if (!library) return tl::unexpected(library.error());
  if (library->tables() == nullptr) return kernels;
  const std::string& other = library->transferredFrom();
  const auto measured = other.empty() ? Result<HardwareEntry>(entry) : findHardware(catalog, other);
  if (!measured) return tl::unexpected(measured.error());
  kernels.system = entry.kernel_tables;
  kernels.measured = measured->name;
  kernels.accuracy = kernelAccuracy(*library->tables(), peaksOf(acceleratorOf(*measured)));
  return kernels;
}

Result<void> addHardware(CatalogOutcome& outcome, const CatalogRequest& request) {
  auto catalog = loadHardware(request.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  if (!outcome.single) {
    outcome.hardware = std::move(catalog->entries);
    return {};
  }
  auto entry = findHardware(*catalog, request.name, "catalog hardware");
  if (!entry) return tl::unexpected(entry.error());
  auto kernels = kernelsOf(*entry, *catalog, request);
  if (!kernels) return tl::unexpected(kernels.error());
  outcome.kernels = *std::move(kernels);
  outcome.hardware.push_back(*std::move(entry));
  return {};
}

struct PriceCatalogs {
  HardwareCatalog hardware;
  ModelCatalog models;
  TokenPriceCatalog tokens;
};

Result<PriceCatalogs> loadPrices(const std::string& directory) {
  auto hardware = loadHardware(directory);
  if (!hardware) return tl::unexpected(hardware.error());
  auto models = loadModels(directory);
  if (!models) return tl::unexpected(models.error());
  auto tokens = loadTokenPrices(directory, *models);
  if (!tokens) return tl::unexpected(tokens.error());
  return PriceCatalogs{*std::move(hardware), *std::move(models), *std::move(tokens)};
}

Error unknownPrice(const PriceCatalogs& catalogs, const std::string& name) {
  std::vector<std::string> known = catalogs.hardware.names.names();
  for (const TokenPriceEntry& entry : catalogs.tokens.entries)
    if (std::ranges::find(known, entry.model) == known.end()) known.push_back(entry.model);
  return {ErrorKind::kInput, "catalog prices",
          fmt::format("the catalog has no accelerator and no model '{}'; {}", name,
                      didYouMean(name, known))};
}

Result<void> addNamedPrice(CatalogOutcome& outcome, const PriceCatalogs& catalogs,
                           const std::string& name) {
  if (const auto position = catalogs.hardware.names.find(name)) {
    outcome.hardware.push_back(catalogs.hardware.entries[*position]);
    return {};
  }
  outcome.token_prices = tokenPricesOf(catalogs.tokens, catalogs.models, name);
  const auto position = catalogs.models.names.find(name);
  if (!position && outcome.token_prices.empty())
    return tl::unexpected(unknownPrice(catalogs, name));
  outcome.model =
      position ? catalogs.models.entries[*position].name : outcome.token_prices.front().model;
  return {};
}

Result<void> addPrices(CatalogOutcome& outcome, const CatalogRequest& request) {
  auto catalogs = loadPrices(request.catalog_dir);
  if (!catalogs) return tl::unexpected(catalogs.error());
  if (outcome.single) return addNamedPrice(outcome, *catalogs, request.name);
  outcome.hardware = std::move(catalogs->hardware.entries);
  std::erase_if(outcome.hardware,
                [](const HardwareEntry& entry) { return !entry.price && !entry.owning; });
  outcome.token_prices = std::move(catalogs->tokens.entries);
  return {};
}

Result<void> addLaws(CatalogOutcome& outcome, const CatalogRequest& request) {
  const LawFamily* asked = outcome.single ? findLawFamily(request.name) : nullptr;
  if (outcome.single && !asked) {
    auto law = presetLaw(request.name);
    if (!law) return tl::unexpected(law.error());
    outcome.presets.push_back(*std::move(law));
    outcome.families.push_back(outcome.presets.front().family);
    return {};
  }
  for (const LawFamily* family : lawFamilies())
    if (!asked || family == asked) outcome.families.push_back(family);
  for (const std::string& preset : presetNames()) {
    auto law = presetLaw(preset);
    if (!law) return tl::unexpected(law.error());
    if (!asked || law->family == asked) outcome.presets.push_back(*std::move(law));
  }
  return {};
}

Result<void> fill(CatalogOutcome& outcome, const CatalogRequest& request) {
  switch (request.kind) {
    case CatalogKind::kModels:
      return addModels(outcome, request);
    case CatalogKind::kHardware:
      return addHardware(outcome, request);
    case CatalogKind::kPrices:
      return addPrices(outcome, request);
    case CatalogKind::kLaws:
      return addLaws(outcome, request);
  }
  require(false, "unknown kind of catalog");
  return {};
}

}  // namespace

std::string_view name(CatalogKind kind) {
  switch (kind) {
    case CatalogKind::kModels:
      return "models";
    case CatalogKind::kHardware:
      return "hardware";
    case CatalogKind::kLaws:
      return "laws";
    case CatalogKind::kPrices:
      return "prices";
  }
  require(false, "unknown kind of catalog");
  return {};
}

Result<CatalogKind> catalogKindOf(std::string_view text) {
  for (const CatalogKind kind :
       {CatalogKind::kModels, CatalogKind::kHardware, CatalogKind::kLaws, CatalogKind::kPrices})
    if (name(kind) == text) return kind;
  return fail(ErrorKind::kUsage, "catalog",
              fmt::format("there is no list of '{}'; use models, hardware, laws or prices", text));
}

Result<CatalogOutcome> runCatalog(const CatalogRequest& request) {
  CatalogOutcome outcome;
  outcome.kind = request.kind;
  outcome.single = !request.name.empty();
  if (const auto filled = fill(outcome, request); !filled) return tl::unexpected(filled.error());
  return outcome;
}

}  // namespace moe
