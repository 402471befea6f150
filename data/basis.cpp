#include "data/basis.h"

#include "data/error.h"

namespace moe {

std::string_view name(Basis basis) {
  switch (basis) {
    case Basis::kMeasured:
      return "measured";
    case Basis::kInterpolated:
      return "interpolated";
    case Basis::kTransferred:
      return "transferred";
    case Basis::kRoofline:
      return "roofline";
    case Basis::kFitted:
      return "fitted";
    case Basis::kExtrapolated:
      return "extrapolated";
  }
  require(false, "unknown basis");
  return {};
}

}  // namespace moe
