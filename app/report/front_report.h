#pragma once

#include <string>

#include "app/report/text_table.h"
#include "app/workflows/front_workflow.h"

namespace moe::report {

/// The front thinned to some twenty models, from the cheapest to the best.
TextTable frontTable(const FrontAnswer& answer);

/// The front for people, thinned to some twenty models.
std::string frontText(const FrontAnswer& answer);

/// The whole front for programs: schema moeplan.plan/1.
std::string frontJson(const FrontAnswer& answer);

}  // namespace moe::report
