#pragma once

#include "app/workflows/project/project.h"
#include "data/error.h"

namespace moe {

/// An error of a step's workflow, which speaks of options of the command line, as one about the
/// project file: it names the file, the line of the table, the key and, for a key that is missing,
/// what to write. Errors of other files keep their place; what the user stopped stays as it is.
Error errorOfStep(const Project& project, const ProjectStep& step, Error error);

}  // namespace moe
