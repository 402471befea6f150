#pragma once

#include <string>

#include "app/workflows/law_workflows.h"

namespace moe::report {

std::string predictText(const PredictAnswer& answer);
std::string predictJson(const PredictAnswer& answer);
std::string optimumText(const OptimumAnswer& answer);
std::string optimumJson(const OptimumAnswer& answer);

}  // namespace moe::report
