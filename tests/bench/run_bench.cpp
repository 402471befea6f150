// A project of 200 fits with 1000 resamples each: how long, and whether a run that is killed in the
// middle and resumed leaves the same bytes.
//
//     run_bench whole FOLDER [STUDY [RESAMPLES]]    runs it into FOLDER/whole
//     run_bench killed FOLDER [STUDY [RESAMPLES]]   kills a run half way, resumes it, compares
//
// Ten corpora of published runs (data/tables/runs), five laws that suit each and four filters: all
// runs, without the smallest models, without the largest, without the shortest runs.

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "app/report/run/run_report.h"
#include "app/report/run/step_result.h"
#include "app/workflows/run/run_project.h"
#include "tests/support/result_files.h"

namespace {

using namespace moe;
namespace fs = std::filesystem;

struct Corpus {
  const char* name;
  const char* file;
  const char* points;  ///< further keys of its table
  const char* filter;  ///< that makes it one corpus, in quotes with a comma; may be empty
  double least_params, most_params, least_tokens;
  bool experts = false;
};

constexpr const char* kWindow = "curve = \"0.04..0.3333333\"\n";

constexpr Corpus kCorpora[] = {
    {"clark_sbase", "clark_routed/curves_long.csv.gz", kWindow,
     R"("canonical=1", "router=S-Base,Dense", )", 2e7, 1.2e9, 8e9, true},
    {"clark_hash", "clark_routed/curves_long.csv.gz", kWindow,
     R"("canonical=1", "router=Hash,Dense", )", 2e7, 1.2e9, 8e9, true},
    {"clark_rlr", "clark_routed/curves_long.csv.gz", kWindow,
     R"("canonical=1", "router=RL-R,Dense", )", 2e7, 1.2e9, 8e9, true},
    {"gemstones_cool", "gemstones/runs.csv", "", R"("schedule=cool_end", )", 7e7, 1e9, 2.1e10},
    {"gemstones_hot", "gemstones/runs.csv", "", R"("schedule=hot", )", 1e8, 1e9, 2.1e10},
    {"gadre_c4", "gadre_overtrain/runs.csv", "", R"("dataset=c4_original", )", 1.1e7, 4e8, 8e8},
    {"gadre_rpj", "gadre_overtrain/runs.csv", "", R"("dataset=rpj", )", 1.1e7, 4e8, 8e8},
    {"muennighoff", "muennighoff/runs.csv", "", R"("fit_subset=1", )", 5e7, 2.8e9, 2.7e9},
    {"olmo", "olmo_ladder/runs.csv", "", R"("annealed=1", )", 2e8, 3e9, 8e9},
    {"porian", "porian/runs.csv.gz", "",
     R"("config=owt2_tuned_warm-short_decay-const_count-standard_val", )", 1e7, 5e8, 5e8},
};

std::string projectOf(const std::string& study, const std::string& resamples) {
  std::string text = "title = \"200 fits\"\n";
  for (const Corpus& c : kCorpora) {
    text += fmt::format("\n[runs.{}]\nfiles = \"{}/data/tables/runs/{}\"\n{}", c.name,
                        MOEPLAN_SOURCE_DIR, c.file, c.points);
    text += fmt::format(
        "each = {{filters = {{all = [{0}], not_small = [{0}\"params>{1}\"], "
        "not_large = [{0}\"params<{2}\"], not_short = [{0}\"train_tokens>{3}\"]}}}}\n",
        c.filter, c.least_params, c.most_params, c.least_tokens);
    text += fmt::format(
        "\n[fit.{0}]\nbootstrap = {1}\nstudy = \"{2}\"\neach = {{runs = "
        "[\"{0}-*\"], laws = [{3}]}}\n",
        c.name, resamples, study,
        c.experts ? R"("yun2024", "yun2024-plain", "ludziejewski2025", "clark2022",
  "clark2022-plain")"
                  : R"("chinchilla", "chinchilla-tied", "gadre2024", "skaling",
  "skaling-tied")");
  }
  return text;
}

RunRequest requestOf(const fs::path& folder, const char* results) {
  RunRequest request;
  request.project_file = folder / "project.toml";
  const auto project = readProject(request.project_file);
  if (!project) {
    fmt::print(stderr, "{}\n", describe(project.error()));
    std::exit(1);
  }
  request.project = *project;
  request.results = folder / results;
  request.earlier = EarlierResults::kResume;
  return request;
}

RunOutcome runIt(const RunRequest& request) {
  const RunMakers makers = {[](const ProjectStep& step, const StepAnswer& answer) {
                              return report::stepResult(step, answer);
                            },
                            report::runSummary};
  const auto outcome = runProject(request, makers);
  if (outcome) return *outcome;
  fmt::print(stderr, "{}\n", describe(outcome.error()));
  std::exit(1);
}

void tell(const char* what, const RunOutcome& outcome) {
  std::size_t kept = 0, done = 0;
  for (const StepRow& row : outcome.rows) {
    kept += row.kept ? 1 : 0;
    done += row.status == StepStatus::kDone ? 1 : 0;
    if (row.status != StepStatus::kDone)
      fmt::print("  {} {}: {}\n", row.step, name(row.status), row.why);
  }
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  fmt::print("{}: {} of {} fits done, {} kept, {:.1f} s, processor {:.1f} s, {:.0f} MB at most\n",
             what, done, outcome.rows.size(), kept, outcome.timing.value(),
             seconds(used.ru_utime) + seconds(used.ru_stime),
             static_cast<double>(used.ru_maxrss) / 1e3);
}

void runAndKill(const RunRequest& request, double seconds) {
  const pid_t child = fork();
  if (child == 0) {
    runIt(request);
    _exit(0);
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  fmt::print("killed after {:.1f} s with {} steps written\n", seconds,
             stepsWithResults(request.results).size());
}

int killedAndResumed(const fs::path& folder) {
  const RunRequest request = requestOf(folder, "killed");
  fs::remove_all(request.results);
  runAndKill(request, 15);
  tell("resumed", runIt(request));
  const bool same = test::resultsIn(folder / "whole") == test::resultsIn(folder / "killed");
  fmt::print("{} files: {}\n", test::resultsIn(folder / "whole").size(),
             same ? "the same bytes as without the kill" : "DIFFERENT from the whole run");
  return same ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print("run_bench whole|killed FOLDER [STUDY [RESAMPLES]]\n");
    return 2;
  }
  const fs::path folder = argv[2];
  fs::create_directories(folder);
  std::ofstream(folder / "project.toml")
      << projectOf(argc > 3 ? argv[3] : "auto", argc > 4 ? argv[4] : "1000");
  if (std::string_view(argv[1]) == "killed") return killedAndResumed(folder);
  const RunRequest request = requestOf(folder, "whole");
  fs::remove_all(request.results);
  tell("whole", runIt(request));
  return 0;
}
