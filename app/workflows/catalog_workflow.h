#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/architecture.h"
#include "costmodel/operators/leave_one_out.h"
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

/// How well the measured kernels that stand for an accelerator predict themselves.
struct CatalogKernels {
  std::string system;    ///< whose tables; empty: none, the roofline stands for it
  std::string measured;  ///< the accelerator that was measured
  std::vector<OperatorAccuracy> accuracy;  ///< leave one out, by operation
};

/// The list that was asked for is filled, the others are empty. Prices fill `hardware`, without the
/// accelerators that have neither price nor cost of owning unless one is named, and `token_prices`;
/// a named accelerator fills the first alone, a named model the second alone.
struct CatalogOutcome {
  CatalogKind kind = CatalogKind::kModels;
  bool single = false;  ///< one entry was asked for by name
  std::string model;    ///< whose API prices were asked for, as the catalog writes it
  std::vector<CatalogModel> models;
  std::vector<HardwareEntry> hardware;
  CatalogKernels kernels;  ///< of the one accelerator whose entry was asked for
  std::vector<TokenPriceEntry> token_prices;
  std::vector<Law> presets;
  std::vector<const LawFamily*> families;  ///< all of them, or the one that was named
};

std::string_view name(CatalogKind kind);

/// Reads "models", "hardware", "laws", "prices"; else a usage error.
Result<CatalogKind> catalogKindOf(std::string_view text);

/// Unknown names are input errors that suggest the nearest. A price is named by an accelerator (its
/// rental) or a model (what APIs ask). A law is named by its family (then all
/// its presets follow) or by a preset.
Result<CatalogOutcome> runCatalog(const CatalogRequest& request);

}  // namespace moe
