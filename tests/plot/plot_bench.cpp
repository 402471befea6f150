// plot_bench: milliseconds to build, to draw anew and to export plots, and from a moved budget to a
// drawn plan; the least of several runs.
#include <fmt/format.h>

#include <QApplication>
#include <chrono>
#include <functional>
#include <random>

#include "app/plot/export_plot.h"
#include "app/plot/headless.h"
#include "app/report/plots/plan_curve_plot.h"
#include "tests/plot/plot_samples.h"

namespace {

double leastMilliseconds(const std::function<void()>& work, int runs = 9) {
  double least = HUGE_VAL;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> elapsed =
        std::chrono::steady_clock::now() - start;
    least = std::min(least, elapsed.count());
  }
  return least;
}

moe::report::PlotSpec manyPoints(std::size_t count) {
  moe::report::PlotSpec plot = moe::test::fullPlot();
  moe::report::PlotSeries points;
  points.kind = moe::report::SeriesKind::kPoints;
  points.name = "runs";
  std::mt19937_64 generator(1);
  std::normal_distribution<double> noise;
  for (std::size_t i = 0; i < count; ++i) {
    points.x.push_back(0.05 * std::exp(0.8 * noise(generator)));
    points.y.push_back(2.6 + 0.1 * noise(generator));
    points.labels.push_back("run " + std::to_string(i));
    points.ids.push_back(std::to_string(i));
  }
  plot.series.push_back(std::move(points));
  return plot;
}

void report(const char* name, const moe::report::PlotSpec& spec) {
  QCustomPlot plot;
  plot.resize(900, 600);
  const double built = leastMilliseconds([&] { moe::plot::draw(spec, plot); });
  plot.replot();
  const double replotted = leastMilliseconds([&] { plot.replot(); });
  const double zoomed = leastMilliseconds([&] {
    plot.xAxis->scaleRange(0.98);
    plot.replot();
  });
  fmt::print("{:<22} draw {:7.2f} ms   replot {:7.2f} ms   zoom {:7.2f} ms\n", name, built,
             replotted, zoomed);
}

/// The published law with draws around it, priced by a roofline.
moe::PlanAnswer planWithDraws() {
  moe::PlanQuestion question;
  question.preset = "ludziejewski2025";
  question.cost_preset = "probe-v2";
  question.budget_flop = 1e22;
  moe::PlanAnswer answer = moe::answerPlan(question).value();
  std::mt19937_64 generator(1);
  std::normal_distribution<double> noise;
  for (int draw = 0; draw < 200; ++draw) {
    answer.request.law.posterior.push_back(answer.request.law.values);
    for (double& value : answer.request.law.posterior.back()) value *= 1 + 0.002 * noise(generator);
  }
  return answer;
}

void reportPlan() {
  moe::PlanAnswer answer = planWithDraws();
  QCustomPlot plot;
  plot.resize(900, 600);
  double plan = HUGE_VAL;
  double curves = HUGE_VAL;
  const double whole = leastMilliseconds([&] {
    answer.request.budget *= 1.02;
    plan = std::min(plan, leastMilliseconds(
                              [&] { answer.outcome = moe::makePlan(answer.request).value(); }, 1));
    std::vector<moe::PlanCurve> made;
    curves =
        std::min(curves, leastMilliseconds([&] { made = moe::planCurves(answer.request); }, 1));
    moe::plot::draw(moe::report::planPlot(answer, made), plot);
    plot.replot();
  });
  fmt::print("moved budget, 200 draws: plan {:.2f} ms, curves {:.2f} ms, on screen {:.2f} ms\n",
             plan, curves, whole);
}

}  // namespace

int main(int argc, char** argv) {
  moe::plot::drawWithoutDisplay();
  const QApplication application(argc, argv);
  report("curves, bands, labels", moe::test::fullPlot());
  report("tornado", moe::test::barPlot());
  report("map", moe::test::mapPlot());
  for (const std::size_t points : {2000u, 10000u, 100000u, 1000000u})
    report(fmt::format("{} points", points).c_str(), manyPoints(points));
  reportPlan();
  for (const auto& [name, format] : {std::pair{"svg", moe::plot::PlotFormat::kSvg},
                                     std::pair{"pdf", moe::plot::PlotFormat::kPdf},
                                     std::pair{"png", moe::plot::PlotFormat::kPng}}) {
    const double time = leastMilliseconds(
        [&, kind = format] { moe::plot::renderPlot(moe::test::fullPlot(), kind); });
    fmt::print("{:<22} {:7.2f} ms\n", name, time);
  }
  return 0;
}
