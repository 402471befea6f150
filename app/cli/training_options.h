#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace moe::cli {

struct CommandContext;

/// What `moeplan cost --training` is asked, beside the options that it shares with serving.
struct TrainingOptions;

/// Registers --training and its options. --model, --hardware, --devices, --tensor-parallel and
/// --usd-per-device-hour must be registered already; others of the splits are taken from the
/// command where it has them.
std::shared_ptr<TrainingOptions> addTrainingOptions(CLI::App& command);

/// Answers the question and delivers the report when --training was given; refuses its options
/// without it. False when the question is not about training.
bool runIfTraining(CommandContext& context, const CLI::App& command,
                   const TrainingOptions& options);

}  // namespace moe::cli
