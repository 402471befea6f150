#pragma once

#include <utility>
#include <vector>

#include "costmodel/traffic/length_distribution.h"

namespace moe::test {

inline LengthDistribution lengthsOf(LengthKind kind, LengthSpread prompt, LengthSpread output) {
  return lengthDistributionOf({kind, prompt, output, {}}).value();
}

inline LengthDistribution measured(std::vector<RequestLength> requests) {
  LengthAssumption assumption;
  assumption.kind = LengthKind::kMeasured;
  assumption.measured = {"lengths.csv", std::move(requests)};
  return lengthDistributionOf(assumption).value();
}

}  // namespace moe::test
