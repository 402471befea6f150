#pragma once

#include <string>

#include "app/workflows/fit_workflow.h"

namespace moe::report {

std::string fitText(const FitAnswer& answer);
std::string fitJson(const FitAnswer& answer);

}  // namespace moe::report
