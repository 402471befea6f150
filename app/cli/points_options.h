#pragma once

#include "app/workflows/run_points.h"

namespace CLI {
class App;
}

namespace moe::cli {

/// Files, --map, --filter and all that chooses the points of runs.
void addPointsOptions(CLI::App& app, PointsQuestion& question);

}  // namespace moe::cli
