#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/golden.h"
#include "tests/support/run_command.h"
#include "tests/support/tolerant_text.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

const std::string kWarningsPage = MOEPLAN_SOURCE_DIR "/fitting/WARNINGS.md";

std::set<std::string> matchesIn(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    found.insert((*match)[1]);
  return found;
}

/// Rooms and files whose warnings a fit, a comparison or the use of a law can give.
bool speaksOfFits(const fs::path& file) {
  static const std::regex kFiles(R"((data|fitting)/.*\.cpp|)"
                                 R"(app/workflows/(fit_|run_points|compare_|law_)[a-z_]*\.cpp)");
  return std::regex_match(fs::relative(file, MOEPLAN_SOURCE_DIR).generic_string(), kFiles);
}

/// The codes that the sources give: warnings.push_back({"code", ...}).
std::set<std::string> codesInSources() {
  static const std::regex kWarned(R"re(arnings\s*\.push_back\(\s*\{"([a-z_]+)")re");
  std::set<std::string> codes;
  for (const char* room : {"data", "fitting", "app/workflows"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(MOEPLAN_SOURCE_DIR) / room))
      if (entry.is_regular_file() && speaksOfFits(entry.path()))
        codes.merge(matchesIn(test::fileText(entry.path()), kWarned));
  }
  return codes;
}

std::set<std::string> codesOnThePage() {
  static const std::regex kHeading("### `([a-z_]+)`\n");
  return matchesIn(test::fileText(kWarningsPage), kHeading);
}

TEST(WarningsPage, ExplainsEveryWarningOfAFitAndNoOther) {
  const std::set<std::string> codes = codesInSources();
  EXPECT_THAT(codes, testing::IsSupersetOf({"few_runs", "mid_schedule", "training_loss"}));
  EXPECT_EQ(codesOnThePage(), codes);
}

/// A command line of the page and the lines of its output that are shown there.
struct ShownExcerpt {
  std::string command;
  std::vector<std::string> lines;
};

std::vector<ShownExcerpt> excerptsOfThePage() {
  constexpr std::string_view kPrompt = "    $ moeplan ";
  std::vector<ShownExcerpt> excerpts;
  const std::vector<std::string> lines = test::linesOf(test::fileText(kWarningsPage));
  for (std::size_t i = 0; i < lines.size();) {
    if (!lines[i].starts_with(kPrompt)) {
      ++i;
      continue;
    }
    ShownExcerpt& excerpt = excerpts.emplace_back();
    excerpt.command = lines[i++].substr(kPrompt.size());
    while (excerpt.command.ends_with('\\')) {
      excerpt.command.pop_back();
      excerpt.command += lines.at(i++);
    }
    for (; i < lines.size() && lines[i].starts_with("    "); ++i) excerpt.lines.push_back(lines[i]);
  }
  return excerpts;
}

class WarningsPageCommand : public testing::TestWithParam<ShownExcerpt> {};

/// The output has the lines that are shown, in their order; others may stand between them.
TEST_P(WarningsPageCommand, PrintsTheLinesThatAreShown) {
  fs::current_path(MOEPLAN_SOURCE_DIR);
  const ShownExcerpt& shown = GetParam();
  const test::Ended ended = test::runCommand(shown.command);
  const std::vector<std::string> printed = test::linesOf(ended.out + ended.err);
  ASSERT_FALSE(shown.lines.empty());
  std::size_t at = 0;
  for (const std::string& line : shown.lines) {
    while (at < printed.size() && !test::sameLine(line, printed[at])) ++at;
    ASSERT_LT(at, printed.size()) << kWarningsPage << ": $ moeplan " << shown.command
                                  << "\ndoes not print (in this order)\n"
                                  << line << "\nbut\n"
                                  << ended.out << ended.err;
    ++at;
  }
}

INSTANTIATE_TEST_SUITE_P(Shown, WarningsPageCommand, testing::ValuesIn(excerptsOfThePage()),
                         [](const auto& row) { return std::to_string(row.index + 1); });

}  // namespace
}  // namespace moe
