#include "app/report/json_document.h"
#include "fitting/laws/law.h"

namespace moe::report {

void addExtrapolation(const Extrapolation& extrapolation, Json& json) {
  json["extrapolation_decades"] = jsonNumber(extrapolation.worst());
  json["extrapolation_decades_by_variable"] = {
      {"params", jsonNumber(extrapolation.params_decades)},
      {"train_tokens", jsonNumber(extrapolation.tokens_decades)},
      {"tokens_per_param", jsonNumber(extrapolation.tokens_per_param_decades)},
      {"experts", jsonNumber(extrapolation.experts_decades)}};
}

}  // namespace moe::report
