#include "app/cli/shell/manual.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "app/cli/shell/completions.h"

namespace moe::cli {
namespace {

/// Letters that roff would print as others: '-' as a hyphen, quotes as typographic ones.
constexpr std::array<std::pair<char, std::string_view>, 7> kRoffLetters{{{'\\', "\\(rs"},
                                                                         {'-', "\\-"},
                                                                         {'\'', "\\(aq"},
                                                                         {'`', "\\(ga"},
                                                                         {'^', "\\(ha"},
                                                                         {'"', "\\(dq"},
                                                                         {'~', "\\(ti"}}};

/// Text that roff prints as it is. No line of it is a request.
std::string roff(std::string_view text) {
  std::string escaped;
  bool line_begins = true;
  for (const char letter : text) {
    if (line_begins && letter == '.') escaped += "\\&";
    line_begins = letter == '\n';
    const auto special =
        std::ranges::find(kRoffLetters, letter, &std::pair<char, std::string_view>::first);
    if (special == kRoffLetters.end())
      escaped += letter;
    else
      escaped += special->second;
  }
  return escaped;
}

std::string paragraph(std::string_view text) { return ".PP\n" + roff(text) + '\n'; }

/// Lines as they stand.
std::string verbatim(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  return ".PP\n.nf\n" + roff(text) + "\n.fi\n";
}

/// Options as CLI11's help writes them.
class HelpParts : public CLI::Formatter {
 public:
  std::string entry(const CLI::Option& option, bool positional) const {
    return fmt::format(".TP\n.B {}\n{}\n",
                       roff(make_option_name(&option, positional) + make_option_opts(&option)),
                       roff(make_option_desc(&option)));
  }
};

std::string optionEntries(const CLI::App& app, const HelpParts& parts) {
  std::string text;
  std::string group;
  for (const CLI::Option* option : shownOptions(app)) {
    if (option->get_group() != group && option->get_group() != "Options")
      text += paragraph(option->get_group() + ":");
    group = option->get_group();
    text += parts.entry(*option, false);
  }
  return text;
}

std::string argumentEntries(const CLI::App& app, const HelpParts& parts) {
  std::string text;
  for (const CLI::Option* option : app.get_options())
    if (option->get_positional()) text += parts.entry(*option, true);
  return text;
}

std::string argumentNames(const CLI::App& app) {
  std::string names;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = option->get_name(true);
    names += option->get_required() ? " " + name : fmt::format(" [{}]", name);
    if (option->get_items_expected_max() > 1) names += "...";
  }
  return names;
}

/// The footer ends with what is told of global options once on this page.
std::string footerOf(const CLI::App& command) {
  const std::string footer = command.get_footer();
  return footer.substr(0, footer.find("\n\nEvery command also takes"));
}

std::string commandSection(const CLI::App& command, const HelpParts& parts) {
  return fmt::format(".SS moeplan {} [\\fIoptions\\fP]{}\n", roff(command.get_name()),
                     roff(argumentNames(command))) +
         paragraph(command.get_description()) + argumentEntries(command, parts) +
         optionEntries(command, parts) + verbatim(footerOf(command));
}

constexpr const char* kClosing = R"(.SH ENVIRONMENT
.TP
.B MOEPLAN_CATALOG_DIR
Folder with models.toml and hardware.toml of your own, as with \-\-catalog.
.TP
.B MOEPLAN_DATA_DIR
Folder of the files that ship with moeplan, instead of share/moeplan beside the program.
.SH FILES
.TP
.I share/moeplan
Tables of training runs, logs, an example project and the catalogs, each with its source.
A file to read that is written data/tables/... and is not there is looked for here, so that the
commands of the documentation work in any folder.
.SH SHELLS
.PP
The completion of a program that was not installed is switched on by
.PP
.nf
    source <(moeplan completion bash)
    source <(moeplan completion zsh)
.fi
.SH SEE ALSO
.BR moeplan\-gui (1)
)";

}  // namespace

std::string manualPage(const CLI::App& app, const std::string& version) {
  const HelpParts parts;
  std::string page = fmt::format(
      ".\\\" Written by moeplan manual.\n"
      ".TH MOEPLAN 1 \"\" \"moeplan {}\" \"User Commands\"\n"
      ".SH NAME\nmoeplan \\- plan Mixture\\-of\\-Experts language models\n"
      ".SH SYNOPSIS\n.B moeplan\n[\\fIoptions\\fP] \\fIcommand\\fP [\\fIarguments\\fP]\n"
      ".SH DESCRIPTION\n{}"
      ".SH OPTIONS\nThese may stand before or after the command.\n{}"
      ".SH COMMANDS\n",
      roff(version), paragraph(app.get_description()), optionEntries(app, parts));
  for (const CLI::App* command : shownCommands(app)) page += commandSection(*command, parts);
  return page + ".SH EXAMPLES AND EXIT STATUS\n" + verbatim(app.get_footer()) + kClosing;
}

}  // namespace moe::cli
