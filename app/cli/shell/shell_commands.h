#pragma once

#include <optional>
#include <span>
#include <string>

namespace CLI {
class App;
}

namespace moe::cli {

struct CommandContext;

/// `completion bash|zsh` and `manual`, which write what packages install. Not in the help: they are
/// for shells and packages. To be added last, for both describe the commands before them.
void addShellCommands(CLI::App& app, CommandContext& context);

/// The answer to `moeplan complete WORDS...`, which the completion scripts ask; none when `args` is
/// another command line. Its words are those of a line not yet finished, so they are not parsed.
std::optional<std::string> answerCompletion(const CLI::App& app, std::span<const std::string> args);

}  // namespace moe::cli
