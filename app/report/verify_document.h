#pragma once

#include <string>
#include <string_view>

#include "app/workflows/verify_workflow.h"
#include "data/error.h"

namespace moe::report {

/// A document of `verify --json` (moeplan.verify/1) as the outcome that it was written from, so
/// that one of yesterday or of another machine is looked at like one of now. Of the machine it
/// holds what the document says: no tables of kernels. Errors (kInput) name `where`: no JSON,
/// another schema, a key that is missing or of another kind.
Result<VerifyOutcome> verifyOutcomeOf(std::string_view text, const std::string& where);

}  // namespace moe::report
