#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/support/run_command.h"
#include "tests/support/temporary_folder.h"

namespace moe::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kCostProject =
    "[cost.one]\nmodel = \"mixtral-8x7b\"\nhardware = \"h100-sxm\"\ndevices = 2\n"
    "prompt_tokens = 512\noutput_tokens = 256\n";

std::string writtenProject(const TemporaryFolder& folder, const std::string& text) {
  return folder.write("p.toml", text).string();
}

TEST(ReportCommand, PrintsMarkdownOrJson) {
  const TemporaryFolder folder;
  const std::string project = writtenProject(folder, kCostProject);
  const Ended text = runCommand({"report", project, "--parts", "answer,cost", "--quiet"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("## Question and answer"));
  EXPECT_THAT(text.out,
              HasSubstr("Parts left out of this report: data, fit, plan, adapt, accuracy"));
  const Ended json = runCommand({"report", project, "--parts", "cost", "--json", "--quiet"});
  EXPECT_EQ(nlohmann::json::parse(json.out)["sections"].size(), 1u);
}

TEST(ReportCommand, WritesTheSameBytesAgain) {
  const TemporaryFolder folder;
  const std::string project = writtenProject(folder, kCostProject);
  std::string first;
  for (int time = 0; time < 2; ++time) {
    const std::string file = (folder.path() / "report.html").string();
    const Ended ended = runCommand({"report", project, "--parts", "answer,origin", "--out", file});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("this build of moeplan draws no plots"));
    if (time == 0) first = fileText(file);
  }
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(fileText(folder.path() / "report.html"), first);
  EXPECT_THAT(first, Not(HasSubstr("Date")));
}

// 1792584000 s after 1970 is noon of 2026-10-21 (date -u -d @1792584000).
TEST(ReportCommand, ShowsADateThatIsStated) {
  const TemporaryFolder folder;
  const std::string project = writtenProject(folder, kCostProject);
  ::setenv("SOURCE_DATE_EPOCH", "1792584000", 1);
  const Ended ended = runCommand({"report", project, "--parts", "origin", "--quiet"});
  ::unsetenv("SOURCE_DATE_EPOCH");
  EXPECT_THAT(ended.out, HasSubstr("| Date | 2026-10-21 |"));
}

TEST(ReportCommand, TakesTheSeedOfTheCommandLine) {
  const TemporaryFolder folder;
  const std::string project = writtenProject(folder, std::string("seed = 3\n\n") + kCostProject);
  const std::vector<std::string> words{"report", project, "--parts", "origin", "--quiet"};
  EXPECT_THAT(runCommand(words).out, HasSubstr("| Seed | 3 |"));
  std::vector<std::string> with_seed = words;
  with_seed.insert(with_seed.end(), {"--seed", "9"});
  EXPECT_THAT(runCommand(with_seed).out, HasSubstr("| Seed | 9 |"));
}

TEST(ReportCommand, TheProjectsCatalogGoesOverTheEnvironmentAndUnderTheCommandLine) {
  const TemporaryFolder folder;
  for (const char* name : {"own/empty.txt", "other/empty.txt"}) folder.write(name, "");
  const std::string own = (folder.path() / "own").string();
  const std::string other = (folder.path() / "other").string();
  const std::string project =
      writtenProject(folder, "catalog = \"own\"\n\n" + std::string(kCostProject));
  const auto shownWith = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"report", project, "--parts", "origin", "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return runCommand(words).out;
  };
  ::setenv("MOEPLAN_CATALOG_DIR", other.c_str(), 1);
  const std::string of_project = shownWith({});
  const std::string of_line = shownWith({"--catalog", other});
  ::unsetenv("MOEPLAN_CATALOG_DIR");
  EXPECT_THAT(of_project, HasSubstr("catalog = \"own\""));
  EXPECT_THAT(of_line, HasSubstr("catalog = \"other\""));
}

TEST(ReportCommand, SaysTheWholeCommandAsAShellReadsIt) {
  const TemporaryFolder folder;
  const std::string project = folder.write("my project.toml", kCostProject).string();
  const Ended ended =
      runCommand({"report", project, "--parts", "origin", "--seed=9", "--threads", "1", "--quiet"});
  EXPECT_THAT(ended.out, HasSubstr("moeplan report '" + project + "' --parts origin --seed=9\n"));
}

TEST(ReportCommand, EndsWithOneWhenAStepHasNoAnswer) {
  const TemporaryFolder folder;
  const std::string project =
      writtenProject(folder,
                     "[cost.one]\nmodel = \"no-such-model\"\nhardware = \"h100-sxm\"\n"
                     "prompt_tokens = 512\noutput_tokens = 256\n");
  const Ended ended = runCommand({"report", project, "--parts", "answer", "--quiet"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("no-such-model"));
}

TEST(ReportCommand, RefusesBeforeItWorks) {
  const TemporaryFolder folder;
  const std::string project = writtenProject(folder, kCostProject);
  const Ended part = runCommand({"report", project, "--parts", "costs"});
  EXPECT_EQ(part.code, 2);
  EXPECT_THAT(part.err, HasSubstr("--parts: 'costs' is no part of a report; did you mean cost,"));
  const Ended ending = runCommand({"report", project, "--out", "report.docx"});
  EXPECT_EQ(ending.code, 2);
  const std::string other = folder.write("q.toml", "[report]\nparts = [\"fitt\"]\n").string();
  const Ended stated = runCommand({"report", other});
  EXPECT_EQ(stated.code, 2);
  EXPECT_THAT(stated.err, HasSubstr("[report] parts: 'fitt' is no part"));
  EXPECT_EQ(runCommand({"report", (folder.path() / "missing.toml").string()}).code, 3);
}

}  // namespace
}  // namespace moe::test
