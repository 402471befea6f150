#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/report/run/run_report.h"
#include "app/report/run/step_result.h"
#include "app/workflows/run/run_project.h"
#include "tests/support/result_files.h"
#include "tests/support/temporary_folder.h"

namespace moe::test {

/// A table of runs that follow L = 1.8 + 400 / N^0.34 + 410 / D^0.28 within 0.4 %.
inline std::string tableOfRuns(double floor = 1.8) {
  std::string csv = "run_id,n_params,n_tokens,loss,width\n";
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j) {
      const double n = 3e7 * std::pow(3, i), d = 1e9 * std::pow(4, j);
      const double loss = floor + 400 / std::pow(n, 0.34) + 410 / std::pow(d, 0.28);
      const double noise = 1 + 0.004 * std::sin(12.9898 * i + 78.233 * j);
      csv += fmt::format("r{}{},{},{},{},{}\n", i, j, n, d, loss * noise, 256 << i);
    }
  return csv;
}

/// Two fits of one table, one of another, a plan on the first and a cost: a second in all.
inline constexpr const char* kSmallProject = R"(title = "Small"
seed = 3

[runs.a]
files = "a.csv"

[runs.b]
files = "b.csv"

[fit.first]
runs = "a"
bootstrap = 20
study = "none"

[plan.size]
law = "first"
mode = "loss-optimal"
budget_flop = 1e21
experts = [1]
base_experts = 1
cost_preset = "probe-v2"
draws = 20

[fit.other]
runs = "a"
laws = ["gadre2024", "chinchilla"]
bootstrap = 20
study = "none"

[fit.of_b]
runs = "b"
bootstrap = 20
study = "none"

[training.small]
model = "mixtral-8x7b"
hardware = "h100-sxm"
devices = 64
train_tokens = 1e12
mfu = 0.4
zero = 3
recompute = "full"
)";

/// A folder with the small project and its tables.
struct RunFixture {
  TemporaryFolder folder;

  explicit RunFixture(const std::string& project = kSmallProject) {
    folder.write("a.csv", tableOfRuns());
    folder.write("b.csv", tableOfRuns(2.0));
    folder.write("p.toml", project);
  }

  std::filesystem::path file() const { return folder.path() / "p.toml"; }

  RunRequest request(const std::string& results = "out",
                     EarlierResults earlier = EarlierResults::kRefuse) const {
    const auto project = readProject(file());
    if (!project) throw std::runtime_error(describe(project.error()));
    RunRequest request;
    request.project = *project;
    request.project_file = file();
    request.results = folder.path() / results;
    request.earlier = earlier;
    request.program = "1.2.3";
    return request;
  }
};

inline RunMakers usualMakers() {
  return {[](const ProjectStep& step, const StepAnswer& answer) {
            return report::stepResult(step, answer);
          },
          report::runSummary, report::summaryBeginnings()};
}

inline RunOutcome outcomeOf(const RunRequest& request, const RunMakers& makers = usualMakers()) {
  const auto outcome = runProject(request, makers);
  if (!outcome) throw std::runtime_error(describe(outcome.error()));
  return *outcome;
}

inline const StepRow& rowOf(const RunOutcome& outcome, const std::string& step) {
  for (const StepRow& row : outcome.rows)
    if (row.step == step) return row;
  throw std::runtime_error("no step " + step);
}

/// The steps that were kept, and those that were answered.
inline std::vector<std::string> keptSteps(const RunOutcome& outcome) {
  std::vector<std::string> steps;
  for (const StepRow& row : outcome.rows)
    if (row.kept) steps.push_back(row.step);
  return steps;
}

/// Both folders hold the same files with the same bytes, and some at all.
inline void expectSameResults(const std::filesystem::path& a, const std::filesystem::path& b) {
  const auto one = resultsIn(a), two = resultsIn(b);
  EXPECT_FALSE(one.empty());
  for (const auto& [name, content] : one) {
    const auto found = two.find(name);
    if (found == two.end())
      ADD_FAILURE() << name << " is only in " << a;
    else
      EXPECT_TRUE(content == found->second) << name << " differs:\n"
                                            << content << "\n---\n"
                                            << found->second;
  }
  EXPECT_EQ(one.size(), two.size());
}

}  // namespace moe::test
