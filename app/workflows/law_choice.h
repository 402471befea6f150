#pragma once

#include <string>

#include "data/error.h"
#include "fitting/laws/law.h"

namespace moe {

/// The law of a file (from fit --save) or a published one by its preset name. Errors: kUsage when
/// not exactly one of the two is named; kInput as readLawFile and presetLaw.
Result<Law> chosenLaw(const std::string& law_file, const std::string& preset);

/// "law: NAME (SOURCE)", for the sources of a report.
std::string lawSource(const Law& law);

}  // namespace moe
