#pragma once

#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace moe {
struct PlanQuestion;
}

namespace moe::cli {

struct CommandContext;

/// What --mode lifetime and --mode pareto ask beside the options that all plans share.
struct LifetimeOptions;

/// Registers the options that only these modes have.
std::shared_ptr<LifetimeOptions> addLifetimeOptions(CLI::App& command);

/// Answers a question of these modes, or works on the shard that is named, and delivers the result;
/// refuses their options in the others. False when the mode is another one.
bool runIfLifetime(CommandContext& context, const CLI::App& command, const PlanQuestion& shared,
                   const LifetimeOptions& options, const std::string& shard);

}  // namespace moe::cli
