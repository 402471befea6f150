#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/architecture.h"
#include "data/catalog/catalog.h"
#include "data/error.h"
#include "fitting/laws/law.h"

namespace moe {

enum class CatalogKind { kModels, kHardware, kLaws, kPrices };

struct CatalogRequest {
  CatalogKind kind = CatalogKind::kModels;
  std::string name;  ///< one entry; empty: all of them
  std::string catalog_dir;
};

/// A model and its counts, where a formula knows them.
struct CatalogModel {
  ModelEntry entry;
  std::optional<ModelArchitecture> architecture;
};

/// The list that was asked for is filled, the others are empty. Prices fill `hardware`, without the
/// accelerators that have none unless one is named.
struct CatalogOutcome {
  CatalogKind kind = CatalogKind::kModels;
  bool single = false;  ///< one entry was asked for by name
  std::vector<CatalogModel> models;
  std::vector<HardwareEntry> hardware;
  std::vector<Law> presets;
  std::vector<const LawFamily*> families;  ///< all of them, or the one that was named
};

std::string_view name(CatalogKind kind);

/// Reads "models", "hardware", "laws", "prices"; else a usage error.
Result<CatalogKind> catalogKindOf(std::string_view text);

/// Unknown names are input errors that suggest the nearest. A law is named by its family (then all
/// its presets follow) or by a preset.
Result<CatalogOutcome> runCatalog(const CatalogRequest& request);

}  // namespace moe
