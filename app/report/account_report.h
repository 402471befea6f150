#pragma once

#include <string>

#include "app/workflows/account_workflow.h"
#include "data/units.h"

namespace moe::report {

/// A count with a comma between thousands: "15,706,484,224".
std::string groupedText(std::int64_t count);

/// One model part by part with what was published of it; the table of all models; or every
/// published figure with ours. Storage in GB and GiB.
std::string accountText(const AccountOutcome& outcome);

/// Schema moeplan.account/1, with "models" and "figures".
std::string accountDocument(const AccountOutcome& outcome, Seconds timing);

}  // namespace moe::report
