#pragma once

#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace moe::cli {

/// One way to go on: the whole word, and its help where there is one.
struct Completion {
  std::string word;
  std::string help = {};
};

struct Completions {
  std::vector<Completion> words;
  bool files = false;  ///< names of files fit as well
};

/// What the last of `words` may become; `words` is the command line without the program, and the
/// last one is empty when the cursor stands behind a blank. Commands and options are those of `app`
/// itself. Understands --option=value, also as bash cuts it (--option, =, value), and lists with
/// commas.
Completions completionsOf(const CLI::App& app, std::span<const std::string> words);

/// For a shell: a line per word, with a tab before its help; last the line ":files" when names of
/// files fit.
std::string completionLines(const Completions& completions);

/// Commands and options that are shown in help.
std::vector<const CLI::App*> shownCommands(const CLI::App& app);
std::vector<const CLI::Option*> shownOptions(const CLI::App& app);

/// Whether the option needs a value, as "--law NAME" does and "--json" does not.
bool takesValue(const CLI::Option& option);

}  // namespace moe::cli
