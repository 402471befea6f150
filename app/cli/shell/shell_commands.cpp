#include "app/cli/shell/shell_commands.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/shell/completions.h"
#include "app/cli/shell/manual.h"
#include "app/cli/shell/scripts.h"

namespace moe::cli {
namespace {

/// Hidden from help, completion and "did you mean".
CLI::App* addHidden(CLI::App& app, const std::string& name, const std::string& description) {
  CLI::App* command = app.add_subcommand(name, description);
  command->group("");
  return command;
}

void deliverText(CommandContext& context, const std::string& text) {
  if (context.options.json)
    return context.refuse({ErrorKind::kUsage, "--json", "there is no such document here"});
  const auto whole = [&] { return text; };
  context.deliver(whole, whole);
}

void addCompletionCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = addHidden(app, "completion", "Prints the completion script of a shell.");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash or zsh")->type_name("SHELL")->required();
  command->callback([&context, shell] {
    if (*shell == "bash") return deliverText(context, kBashScript);
    if (*shell == "zsh") return deliverText(context, kZshScript);
    context.refuse({ErrorKind::kUsage, "completion", "'" + *shell + "' is neither bash nor zsh"});
  });
}

void addManualCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = addHidden(app, "manual", "Prints the manual page in roff.");
  command->callback([&app, &context] { deliverText(context, manualPage(app, MOEPLAN_VERSION)); });
}

}  // namespace

void addShellCommands(CLI::App& app, CommandContext& context) {
  addCompletionCommand(app, context);
  addManualCommand(app, context);
}

std::optional<std::string> answerCompletion(const CLI::App& app,
                                            std::span<const std::string> args) {
  if (args.empty() || args.front() != "complete") return std::nullopt;
  return completionLines(completionsOf(app, args.subspan(1)));
}

}  // namespace moe::cli
