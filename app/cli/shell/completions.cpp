#include "app/cli/shell/completions.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "app/cli/shell/option_values.h"

namespace moe::cli {
namespace {

/// Where the cursor stands.
struct Cursor {
  const CLI::App* command = nullptr;
  const CLI::Option* awaited = nullptr;  ///< the option whose value comes next
  std::vector<std::string> arguments;    ///< of the command, without options
  std::string catalog_dir;
};

std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

/// The option of this spelling, of the command or of the whole program.
const CLI::Option* optionNamed(const CLI::App& app, const CLI::App& command,
                               const std::string& name) {
  for (const CLI::App* owner : {&command, &app})
    for (const CLI::Option* option : owner->get_options())
      if (option->nonpositional() && option->check_name(name)) return option;
  return nullptr;
}

const CLI::App* commandNamed(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : shownCommands(app))
    if (command->get_name() == name) return command;
  return nullptr;
}

void take(const CLI::App& app, const std::string& word, Cursor& cursor) {
  if (word == "=") return;  // bash makes three words of --option=value
  if (cursor.awaited != nullptr) {
    if (cursor.awaited->get_single_name() == "catalog") cursor.catalog_dir = word;
    cursor.awaited = nullptr;
    return;
  }
  if (word.starts_with('-')) {
    const CLI::Option* option = optionNamed(app, *cursor.command, word);
    if (option != nullptr && takesValue(*option)) cursor.awaited = option;
    return;
  }
  if (cursor.command == &app) {
    const CLI::App* command = commandNamed(app, word);
    if (command != nullptr) cursor.command = command;
    return;
  }
  cursor.arguments.push_back(word);
}

Cursor cursorAfter(const CLI::App& app, std::span<const std::string> words) {
  Cursor cursor;
  cursor.command = &app;
  const char* catalog = std::getenv("MOEPLAN_CATALOG_DIR");
  if (catalog != nullptr) cursor.catalog_dir = catalog;
  for (const std::string& word : words) take(app, word, cursor);
  return cursor;
}

/// Capitals do not matter: the catalog does not tell them apart.
bool beginsLike(const std::string& word, const std::string& typed) {
  const auto small = [](char letter) { return std::tolower(static_cast<unsigned char>(letter)); };
  return word.size() >= typed.size() &&
         std::equal(typed.begin(), typed.end(), word.begin(),
                    [&](char a, char b) { return small(a) == small(b); });
}

/// Those of the values that begin like `typed`; of a list, its last part. `before` is put in front.
Completions chosenValues(const OptionValues& values, const std::string& before,
                         const std::string& typed) {
  const auto comma = values.listed ? typed.rfind(',') : std::string::npos;
  const std::string kept = comma == std::string::npos ? "" : typed.substr(0, comma + 1);
  const std::string part = typed.substr(kept.size());
  Completions completions;
  completions.files = values.files;
  for (const std::string& word : values.words)
    if (beginsLike(word, part)) completions.words.push_back({before + kept + word});
  return completions;
}

Completions chosenOptions(const CLI::App& app, const CLI::App& command, const std::string& typed) {
  Completions completions;
  const auto add = [&](const CLI::App& owner) {
    for (const CLI::Option* option : shownOptions(owner)) {
      if (option->get_lnames().empty()) continue;
      const std::string word = "--" + option->get_lnames().front();
      const bool known = std::ranges::any_of(completions.words, [&](const Completion& other) {
        return other.word == word;  // --help of the command and of the program
      });
      if (!known && word.starts_with(typed))
        completions.words.push_back({word, firstLine(option->get_description())});
    }
  };
  add(command);
  if (&command != &app) add(app);
  return completions;
}

Completions chosenCommands(const CLI::App& app, const std::string& typed) {
  Completions completions;
  for (const CLI::App* command : shownCommands(app))
    if (command->get_name().starts_with(typed))
      completions.words.push_back({command->get_name(), firstLine(command->get_description())});
  return completions;
}

/// The argument that comes next; of a command that takes any number, the last one.
const CLI::Option* nextArgument(const CLI::App& command, std::size_t given) {
  const CLI::Option* last = nullptr;
  std::size_t position = 0;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    last = option;
    if (position++ == given) return option;
  }
  return last != nullptr && last->get_items_expected_max() > 1 ? last : nullptr;
}

Completions chosenArguments(const Cursor& cursor, const std::string& typed) {
  const std::size_t given = cursor.arguments.size();
  if (cursor.command->get_name() == "catalog") {
    OptionValues values;
    if (given == 0) values.words = {"hardware", "laws", "models", "prices"};
    if (given == 1) values.words = catalogWords(cursor.arguments[0], cursor.catalog_dir);
    return chosenValues(values, "", typed);
  }
  const CLI::Option* argument = nextArgument(*cursor.command, given);
  if (argument == nullptr) return {};
  return chosenValues(valuesOf(*argument, cursor.catalog_dir), "", typed);
}

}  // namespace

std::vector<const CLI::App*> shownCommands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

std::vector<const CLI::Option*> shownOptions(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) {
    return option->nonpositional() && !option->get_group().empty();
  });
}

bool takesValue(const CLI::Option& option) { return option.get_items_expected_min() > 0; }

Completions completionsOf(const CLI::App& app, std::span<const std::string> words) {
  if (words.empty()) return chosenCommands(app, "");
  const Cursor cursor = cursorAfter(app, words.first(words.size() - 1));
  const std::string typed = words.back() == "=" ? "" : words.back();
  if (cursor.awaited != nullptr)
    return chosenValues(valuesOf(*cursor.awaited, cursor.catalog_dir), "", typed);
  const auto equals = typed.find('=');
  if (typed.starts_with("--") && equals != std::string::npos) {
    const CLI::Option* option = optionNamed(app, *cursor.command, typed.substr(0, equals));
    if (option == nullptr || !takesValue(*option)) return {};
    return chosenValues(valuesOf(*option, cursor.catalog_dir), typed.substr(0, equals + 1),
                        typed.substr(equals + 1));
  }
  if (typed.starts_with('-')) return chosenOptions(app, *cursor.command, typed);
  if (cursor.command == &app) return chosenCommands(app, typed);
  return chosenArguments(cursor, typed);
}

std::string completionLines(const Completions& completions) {
  std::string lines;
  for (const Completion& completion : completions.words)
    lines += completion.help.empty() ? completion.word + '\n'
                                     : fmt::format("{}\t{}\n", completion.word, completion.help);
  if (completions.files) lines += ":files\n";
  return lines;
}

}  // namespace moe::cli
