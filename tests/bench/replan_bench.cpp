// How long the plan page takes from a step of its budget slider to new curves: the answer with 200
// draws, its curves and table, and the drawing. At most 33 ms, a thirtieth of a second.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <vector>

#include "app/gui/presenters/plan_figures.h"
#include "app/gui/presenters/plan_picture.h"
#include "app/workflows/write_file.h"
#include "fitting/laws/law_file.h"
#include "tests/support/temporary_folder.h"

#ifdef MOEPLAN_BENCH_DRAWS
#include <QApplication>

#include "app/plot/draw_plot.h"
#include "app/plot/headless.h"
#endif

namespace {

constexpr std::size_t kDraws = 200;
constexpr int kSteps = 40;

double millisecondsOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  return elapsed.count();
}

/// A published law with draws that differ by one part in ten thousand.
moe::Law lawWithDraws() {
  moe::Law law = *moe::presetLaw("ludziejewski2025");
  for (std::size_t i = 0; i < kDraws; ++i) {
    law.posterior.push_back(law.values);
    law.posterior.back().front() *= 1 + 1e-4 * static_cast<double>(i);
  }
  return law;
}

struct Case {
  const char* name;
  moe::ProjectPlan plan;
  double low, high;  ///< of the budget
};

void setBudget(moe::ProjectPlan& plan, double budget) {
  std::visit(
      [&](auto& question) {
        (question.budget_usd ? question.budget_usd : question.budget_flop) = budget;
      },
      plan.question);
}

std::vector<Case> cases(const std::string& law_file) {
  moe::PlanQuestion preset;
  preset.law_file = law_file;
  preset.cost_preset = "probe-v2";
  preset.budget_flop = 1;
  moe::PlanQuestion exact = preset;
  exact.cost_preset.clear();
  exact.hardware = "h100-sxm";
  exact.prompt_tokens = 512;
  exact.output_tokens = 256;
  moe::LifetimeQuestion life;
  life.law_file = law_file;
  life.hardware = {"h100-sxm"};
  life.prompt_tokens = 512;
  life.output_tokens = 256;
  life.lifetime_tokens = 1e13;
  life.budget_usd = 1;
  moe::LifetimeQuestion front = life;
  front.budget_usd.reset();
  front.lifetime_tokens.reset();
  front.budget_flop = 1;
  moe::PlanQuestion min_loss = exact;
  min_loss.mode = "min-loss";
  exact.mode = preset.mode = "min-cost";
  return {{"min-cost, probe-v2 roofline", {"", "min-cost", preset}, 1e20, 1e23},
          {"min-cost, H100 exact", {"", "min-cost", exact}, 1e20, 1e23},
          {"min-loss, H100 exact", {"", "min-loss", min_loss}, 1e20, 1e23},
          {"lifetime, H100 exact", {"", "lifetime", life}, 1e6, 1e9},
          {"pareto, H100 exact", {"", "pareto", front}, 1e20, 1e23}};
}

std::string spread(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return fmt::format("{:.1f} / {:.1f}", times[times.size() / 2], times[times.size() * 95 / 100]);
}

void measure(const Case& each, const std::function<void(const moe::report::PlotSpec&)>& draw) {
  moe::PlanKnowledge known;
  std::vector<double> answers, tables, drawings, all;
  double first = 0;
  for (int step = 0; step <= kSteps; ++step) {
    moe::ProjectPlan plan = each.plan;
    setBudget(plan, each.low * std::pow(each.high / each.low, static_cast<double>(step) / kSteps));
    moe::Result<std::shared_ptr<const moe::PlanPicture>> picture;
    const double answer =
        millisecondsOf([&] { picture = moe::planPicture(plan, known, moe::PlanPace::kQuick); });
    if (!picture) {
      fmt::print("| {} | {} |\n", each.name, describe(picture.error()));
      return;
    }
    known = (*picture)->known;
    const double table =
        millisecondsOf([&] { (void)moe::planTableData(**picture, picture->get()); });
    const double drawing = millisecondsOf([&] { draw((*picture)->curves); });
    if (step == 0) {
      first = answer;
      continue;
    }
    answers.push_back(answer);
    tables.push_back(table);
    drawings.push_back(drawing);
    all.push_back(answer + table + drawing);
  }
  fmt::print("| {} | {:.0f} | {} | {} | {} | {} |\n", each.name, first, spread(answers),
             spread(tables), spread(drawings), spread(all));
}

}  // namespace

int main([[maybe_unused]] int argc, [[maybe_unused]] char** argv) {
  std::function<void(const moe::report::PlotSpec&)> draw = [](const auto&) {};
#ifdef MOEPLAN_BENCH_DRAWS
  moe::plot::drawWithoutDisplay();
  const QApplication app(argc, argv);
  QCustomPlot canvas;
  canvas.resize(850, 500);
  draw = [&](const moe::report::PlotSpec& plot) {
    moe::plot::draw(plot, canvas);
    canvas.toPixmap(850, 500);
  };
#endif
  const moe::test::TemporaryFolder folder;
  const moe::Law law = lawWithDraws();
  const std::string law_file = (folder.path() / "law.json").string();
  if (!moe::writeFile(law_file, moe::lawToJson(law))) return 1;
  fmt::print("| plan | first answer | answer and curves | table | drawing | replan |\n");
  fmt::print("|---|---|---|---|---|---|\n");
  for (const Case& each : cases(law_file)) measure(each, draw);
}
