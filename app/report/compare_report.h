#pragma once

#include <string>

#include "app/workflows/compare_workflow.h"

namespace moe::report {

std::string compareText(const CompareAnswer& answer);
std::string compareJson(const CompareAnswer& answer);

}  // namespace moe::report
