#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "app/report/document/report_drawing.h"
#include "app/workflows/version.h"
#include "tests/app/run/run_fixture.h"
#include "tests/support/run_command.h"

namespace moe::cli {
namespace {

using nlohmann::json;
using test::Ended;
using test::runCommand;
using test::RunFixture;
using testing::HasSubstr;

json jsonFile(const std::filesystem::path& file) { return json::parse(test::fileText(file)); }

TEST(RunCommand, PrintsASummaryAndWritesBesideTheProject) {
  const RunFixture fixture;
  const Ended ended = runCommand({"run", fixture.file().string()});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("fit.first"));
  EXPECT_THAT(ended.out, HasSubstr("chinchilla: loss floor 1."));
  EXPECT_THAT(ended.out, HasSubstr("5 done of 5 steps in "));
  const std::filesystem::path out = fixture.folder.path() / "p.results";
  EXPECT_THAT(ended.out, HasSubstr("results in " + out.string()));
  const json summary = jsonFile(out / "summary.json");
  EXPECT_EQ(summary["schema"], "moeplan.run/1");
  ASSERT_EQ(summary["steps"].size(), 5u);
  EXPECT_EQ(summary["steps"][0]["status"], "done");
  EXPECT_EQ(summary["steps"][0]["unit"], "nats");
  EXPECT_EQ(summary["steps"][0]["interval"].size(), 2u);
  EXPECT_EQ(summary["steps"][0]["interval_level"], "95 %");
}

// The same document that the single command prints, but for its time and where the law went.
TEST(RunCommand, LeavesTheDocumentsOfTheSingleCommands) {
  const RunFixture fixture;
  ASSERT_EQ(runCommand({"run", fixture.file().string(), "--only", "plan.size"}).code, 0);
  const std::filesystem::path out = fixture.folder.path() / "p.results";
  const auto single = [](std::vector<std::string> args) {
    args.push_back("--json");
    json document = json::parse(runCommand(args).out);
    document["timing_s"] = nullptr;
    return document;
  };
  json fit = jsonFile(out / "fit.first/answer.json");
  EXPECT_EQ(fit["saved_to"], "fit.first/law-chinchilla.json");
  fit.erase("saved_to");
  EXPECT_EQ(fit, single({"fit", (fixture.folder.path() / "a.csv").string(), "--bootstrap", "20",
                         "--study", "none", "--seed", "3"}));
  json plan = jsonFile(out / "plan.size/answer.json");
  EXPECT_EQ(plan["inputs"]["law"]["file"], "fit.first/law-chinchilla.json");
  const std::string law = (out / "fit.first/law-chinchilla.json").string();
  json alone = single({"plan", "--law-file", law, "--mode", "loss-optimal", "--budget-flop", "1e21",
                       "--experts", "1", "--base-experts", "1", "--cost-preset", "probe-v2",
                       "--draws", "20", "--seed", "3"});
  alone["inputs"]["law"]["file"] = plan["inputs"]["law"]["file"];
  EXPECT_EQ(plan, alone);
}

TEST(RunCommand, AnswersAnAdaptationAsItsCommandDoes) {
  const RunFixture fixture(
      "[adapt.law]\nmodel = \"deepseek-v2-lite\"\nmethod = [\"full\", \"lora\"]\nrank = 16\n"
      "targets = \"attention\"\nhardware = \"a100-80gb\"\ndevices = 16\nbatch = 64\nmfu = 0.3\n"
      "recompute = \"full\"\nadapters = 4\n");
  const Ended ended = runCommand({"run", fixture.file().string()});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("lora costs least: "));
  json single = json::parse(
      runCommand("adapt --model deepseek-v2-lite --method full,lora --rank 16 --targets attention "
                 "--hardware a100-80gb --devices 16 --batch 64 --mfu 0.3 --recompute full "
                 "--adapters 4 --json")
          .out);
  single["timing_s"] = nullptr;
  EXPECT_EQ(jsonFile(fixture.folder.path() / "p.results/adapt.law/answer.json"), single);
}

TEST(RunCommand, EndsWithOneWhenAStepFails) {
  const RunFixture fixture;
  fixture.folder.write("b.csv", "nothing");
  const Ended ended = runCommand({"run", fixture.file().string(), "--json"});
  EXPECT_EQ(ended.code, 1) << ended.err;
  const json document = json::parse(ended.out);
  EXPECT_EQ(document["steps"][3]["step"], "fit.of_b");
  EXPECT_EQ(document["steps"][3]["status"], "failed");
  EXPECT_THAT(document["steps"][3]["why"].get<std::string>(), HasSubstr("b.csv"));
  EXPECT_EQ(document["steps"][4]["status"], "done");
}

TEST(RunCommand, EndsWithThreeForAProjectThatCannotBeRead) {
  const RunFixture fixture("[fit.a]\nruns = \"r\"\nlawz = 3\n");
  const Ended ended = runCommand({"run", fixture.file().string()});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("p.toml:3: 'lawz' is not a key here"));
  EXPECT_EQ(runCommand("run no-such-file.toml").code, 3);
  const RunFixture empty("title = \"nothing\"\n");
  EXPECT_THAT(runCommand({"run", empty.file().string()}).err, HasSubstr("asks nothing"));
}

TEST(RunCommand, EndsWithTwoForEarlierResultsAndUnknownSteps) {
  const RunFixture fixture;
  const std::string project = fixture.file().string();
  ASSERT_EQ(runCommand({"run", project, "--only", "training.small"}).code, 0);
  EXPECT_EQ(runCommand({"run", project, "--only", "training.small"}).code, 2);
  EXPECT_EQ(runCommand({"run", project, "--resume", "--only", "cost.x"}).code, 2);
  EXPECT_EQ(runCommand({"run", project, "--resume", "--overwrite"}).code, 2);
  const Ended kept = runCommand({"run", project, "--resume", "--only", "training.small"});
  EXPECT_EQ(kept.code, 0);
  EXPECT_THAT(kept.out, HasSubstr("1 done of 1 steps in "));
  EXPECT_THAT(kept.out, HasSubstr("; 1 kept from earlier"));
}

TEST(RunCommand, ListsWhatItWouldDo) {
  const RunFixture fixture;
  const std::string out = (fixture.folder.path() / "elsewhere").string();
  const Ended ended = runCommand({"run", fixture.file().string(), "--dry-run", "--out", out});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("fit.first"));
  EXPECT_THAT(ended.out, HasSubstr("no results yet"));
  EXPECT_THAT(ended.out, HasSubstr("after fit.first"));
  EXPECT_FALSE(std::filesystem::exists(out));
}

/// A line of a program that draws, or cannot.
Ended drawingCommand(const std::vector<std::string>& args, const report::ReportDrawing& drawing) {
  std::ostringstream out, err;
  const int code = runCli(args, out, err, {.drawing = &drawing});
  return {code, out.str(), err.str()};
}

report::ReportDrawing keyDrawing() {
  report::ReportDrawing drawing;
  drawing.svg = [](const report::PlotSpec& plot, report::PictureSize,
                   report::PictureFor) -> Result<std::string> { return "<svg>" + plot.key; };
  return drawing;
}

TEST(RunCommand, DrawsThePlotsOfEveryStepBesideTheirData) {
  const RunFixture fixture;
  const std::vector<std::string> args{"run", fixture.file().string(), "--only",
                                      "fit.first,training.small"};
  const Ended ended = drawingCommand(args, keyDrawing());
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto plots = fixture.folder.path() / "p.results/fit.first/plots";
  EXPECT_EQ(test::fileText(plots / "loss_against_params.svg"), "<svg>loss_against_params");
  std::size_t pictures = 0;
  std::size_t tables = 0;
  for (const auto& entry : std::filesystem::directory_iterator(plots))
    ++(entry.path().extension() == ".svg" ? pictures : tables);
  EXPECT_GT(pictures, 3u);
  EXPECT_EQ(pictures, tables);
}

TEST(RunCommand, SaysWhyThereAreNoPictures) {
  const RunFixture fixture;
  std::vector<std::string> args{"run", fixture.file().string(), "--only", "fit.first", "--resume"};
  EXPECT_THAT(runCommand(args).err,
              HasSubstr("this build of moeplan draws no plots; plots/ of each "
                        "step holds their data alone"));
  report::ReportDrawing broken;
  broken.svg = [](const report::PlotSpec&, report::PictureSize,
                  report::PictureFor) -> Result<std::string> {
    return fail(ErrorKind::kInput, "DejaVu Sans", "is not installed");
  };
  const Ended ended = drawingCommand(args, broken);
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.err, HasSubstr("no plots are drawn: DejaVu Sans: is not installed; plots/"));
  EXPECT_THAT(ended.out, HasSubstr("1 kept"));
  args.push_back("--no-pictures");
  EXPECT_EQ(drawingCommand(args, keyDrawing()).err, "");
}

// Results without pictures do not hold for who wants them.
TEST(RunCommand, ResumingWithPicturesAnswersWhatHasNone) {
  const RunFixture fixture;
  const std::vector<std::string> args{
      "run", fixture.file().string(), "--only", "fit.first", "--quiet", "--resume"};
  ASSERT_EQ(runCommand(args).code, 0);
  EXPECT_THAT(drawingCommand(args, keyDrawing()).out, testing::Not(HasSubstr("kept")));
  EXPECT_THAT(drawingCommand(args, keyDrawing()).out, HasSubstr("1 kept"));
}

constexpr const char* kReportedProject =
    "seed = 3\n\n[report]\ntitle = \"Small\"\nparts = [\"origin\"]\n\n"
    "[training.small]\nmodel = \"mixtral-8x7b\"\nhardware = \"h100-sxm\"\ndevices = 64\n"
    "train_tokens = 1e12\nmfu = 0.4\nzero = 3\nrecompute = \"full\"\n";

TEST(RunCommand, ListsTheReportAmongWhatItWouldDo) {
  const RunFixture fixture(kReportedProject);
  const std::vector<std::string> args{"run", fixture.file().string(), "--resume", "--dry-run"};
  EXPECT_THAT(runCommand(args).out, testing::ContainsRegex("report +answer +after training.small"));
  ASSERT_EQ(runCommand({"run", fixture.file().string(), "--quiet"}).code, 0);
  EXPECT_THAT(runCommand(args).out, testing::ContainsRegex("report +keep +unchanged"));
}

TEST(RunCommand, TheReportSaysTheWholeCommandAsAShellReadsIt) {
  const RunFixture fixture(kReportedProject);
  const std::string out = (fixture.folder.path() / "my results").string();
  const Ended ended = runCommand(
      {"run", fixture.file().string(), "--seed", "9", "--resume", "--quiet", "--out", out});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(
      test::fileText(out + "/report/report.json"),
      HasSubstr("moeplan run " + fixture.file().string() + " --seed 9 --out '" + out + "'\""));
}

// A comment changes no answer, but the report lists the hash of the project.
TEST(RunCommand, AKeptReportListsTheFilesAsTheyAre) {
  const RunFixture fixture(kReportedProject);
  const std::vector<std::string> words{"run", fixture.file().string(), "--resume", "--quiet"};
  const auto report = fixture.folder.path() / "p.results/report/report.json";
  ASSERT_EQ(runCommand(words).code, 0);
  EXPECT_THAT(test::fileText(report), HasSubstr(sha256OfText(kReportedProject)));
  EXPECT_THAT(runCommand(words).out, HasSubstr("2 kept from earlier"));
  const std::string edited = std::string("# mine\n") + kReportedProject;
  fixture.folder.write("p.toml", edited);
  EXPECT_THAT(runCommand(words).out, HasSubstr("1 kept from earlier"));
  EXPECT_THAT(test::fileText(report), HasSubstr(sha256OfText(edited)));
}

// 1792584000 s after 1970 is noon of 2026-10-21 (date -u -d @1792584000).
TEST(RunCommand, AKeptReportShowsTheDateThatIsStatedNow) {
  const RunFixture fixture(kReportedProject);
  const std::vector<std::string> words{"run", fixture.file().string(), "--resume", "--quiet"};
  ASSERT_EQ(runCommand(words).code, 0);
  ::setenv("SOURCE_DATE_EPOCH", "1792584000", 1);
  const Ended dated = runCommand(words);
  ::unsetenv("SOURCE_DATE_EPOCH");
  EXPECT_EQ(dated.code, 0);
  EXPECT_THAT(test::fileText(fixture.folder.path() / "p.results/report/report.json"),
              HasSubstr("2026-10-21"));
}

// A program that was built again with other formulas has the same version and another commit.
TEST(RunCommand, StampsTheCommitOfTheProgram) {
  const RunFixture fixture(kReportedProject);
  ASSERT_EQ(runCommand({"run", fixture.file().string(), "--quiet"}).code, 0);
  const ProgramVersion program = programVersion();
  const auto stamp = stampOf(fixture.folder.path() / "p.results", "training.small");
  ASSERT_TRUE(stamp.has_value());
  EXPECT_THAT(stamp->program, testing::StartsWith(program.version));
  EXPECT_THAT(stamp->program, HasSubstr(program.commit));
  EXPECT_EQ(stamp->program.ends_with(" changed"), program.changed);
}

// As it is written in the help, wherever the program is installed.
TEST(RunCommand, FindsAShippedProject) {
  const test::TemporaryFolder tables;
  tables.write("projects/only_here.moeplan", kReportedProject);
  const std::string name = "data/tables/projects/only_here.moeplan";
  ::setenv("MOEPLAN_DATA_DIR", tables.path().c_str(), 1);
  const Ended run = runCommand("run " + name + " --dry-run --quiet");
  const Ended report = runCommand("report " + name + " --parts origin --quiet");
  ::unsetenv("MOEPLAN_DATA_DIR");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("training.small"));
  EXPECT_EQ(report.code, 0) << report.err;
}

// A line that ends with CtrlC keeps what is finished and says so.
TEST(RunCommand, EndsWith130WhenInterrupted) {
  const RunFixture fixture;
  std::stop_source source;
  source.request_stop();
  std::ostringstream out, err;
  const std::vector<std::string> args{"run", fixture.file().string()};
  EXPECT_EQ(runCli(args, out, err, {.stop = source.get_token()}), 130);
  EXPECT_THAT(out.str(), HasSubstr("5 cancelled of 5 steps"));
}

}  // namespace
}  // namespace moe::cli
