#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/planner/model_template.h"

namespace moe {

/// A model that is asked for by its size.
struct RealiseRequest {
  ModelTemplate family;
  double params = 0;      ///< N of the corresponding dense model, as family.count counts it
  double experts = 1;     ///< routed experts of a layer that routes; 1: a dense model
  double top_k = 1;       ///< of them per token; at most `experts` are taken
  int hidden_step = 128;  ///< hidden sizes are multiples of it
  /// Dense FFN width over expert width; none: the family's.
  std::optional<double> granularity = {};
};

/// Exact counts of an entry.
struct RealisedParams {
  double dense = 0;   ///< N of the corresponding dense model
  double active = 0;  ///< with embedding, head, norms and routers, as architecture.h counts them
  double total = 0;
};

/// A concrete model and how far it lies from what was asked.
struct Realised {
  ModelEntry entry;
  RealisedParams params;
  double off_rule = 0;  ///< |ln| distances of aspect, attention, head and FFN width from the family
};

/// The model of integer sizes that is nearest in N, and among those of nearly the same N the one
/// most like its family: hidden a multiple of `hidden_step`; heads a multiple of 8 (and of the KV
/// heads), so that tensor parallel 1, 2, 4 and 8 divide them; head width a multiple of 16 from 64
/// to 256; FFN widths multiples of 64; layers a multiple of those between two that route.
///
/// N is met within 3 % from 1e8 to 1e12 with granularity 1; finer experts round more coarsely.
/// Errors: usage of counts that are no whole numbers from 1 on, and of experts narrower than 64.
Result<Realised> realise(const RealiseRequest& request);

/// A size at which a family has a model of its own proportions.
struct FamilySize {
  double params = 0;
  double off_rule = 0;  ///< as in Realised: what rounding left
};
/// Such sizes within [low, high], rising: one for each hidden size, with the layers nearest to the
/// family's aspect and the FFN nearest to its ratio. `params` of the request is not looked at.
std::vector<FamilySize> familySizes(const RealiseRequest& request, double low, double high);

/// N of the entry's corresponding dense model.
Result<double> denseParams(const ModelEntry& entry, double granularity, DenseCount count);
Result<RealisedParams> realisedParams(const ModelEntry& entry, double granularity,
                                      DenseCount count);

}  // namespace moe
