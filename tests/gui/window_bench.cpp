// How the real window feels, without a display: milliseconds to start, to follow a slider, to
// scroll and zoom a hundred thousand runs. Painting goes into memory.

#include <fmt/format.h>
#include <qcustomplot.h>

#include <QApplication>
#include <QScrollBar>
#include <QSlider>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <chrono>
#include <functional>
#include <random>

#include "app/gui/main_window.h"
#include "app/gui/pages/plan_page.h"
#include "app/gui/widgets/data_table.h"
#include "app/gui/widgets/plot_view.h"
#include "app/workflows/write_file.h"
#include "data/error.h"
#include "fitting/laws/law_file.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

constexpr int kPatience = 60000;

double millisecondsOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  return elapsed.count();
}

void print(const char* what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  fmt::print("| {} | {:.1f} | {:.1f} | {:.1f} |\n", what, times[times.size() / 2],
             times[times.size() * 95 / 100], times.back());
}

void settle(gui::MainWindow& window, const char* key) {
  bool done = false;
  window.page(key)->settle([&done] { done = true; });
  if (!QTest::qWaitFor([&] { return done; }, kPatience)) fmt::print("{}: no answer\n", key);
}

void measureStart() {
  std::vector<double> times;
  for (int i = 0; i < 5; ++i)
    times.push_back(millisecondsOf([] {
      gui::MainWindow window;
      window.show();
      QApplication::processEvents();
    }));
  print("start to the first picture", times);
}

/// A published law with draws that differ by one part in ten thousand.
std::string lawWithDraws() {
  constexpr int kDraws = 200;
  Law law = *presetLaw("ludziejewski2025");
  for (int i = 0; i < kDraws; ++i) {
    law.posterior.push_back(law.values);
    law.posterior.back().front() *= 1 + 1e-4 * i;
  }
  return lawToJson(law);
}

void measureSlider(const test::TemporaryFolder& folder, const char* name, const char* machine) {
  folder.write("law.json", lawWithDraws());
  const auto project = folder.write(
      "plan.moeplan", fmt::format("format = 1\n[plan.p]\nmode = \"min-cost\"\nlaw_file = "
                                  "\"law.json\"\nbudget_flop = 1e20\n{}\n",
                                  machine));
  gui::MainWindow window;
  window.resize(1280, 800);
  window.openFile(QString::fromStdString(project.string()));
  window.showPage("plan");
  window.show();
  auto& page = *static_cast<gui::PlanPage*>(window.page("plan"));
  fmt::print("| {}: first whole answer | {:.0f} | | |\n", name,
             millisecondsOf([&] { settle(window, "plan"); }));
  auto& slider = *page.findChild<QWidget*>("budget_flop")->findChild<QSlider*>();
  QCustomPlot& canvas = page.findChild<gui::PlotView*>("curves")->canvas();
  int shown = 0;
  QObject::connect(&page, &gui::PlanPage::curvesShown, [&shown] { ++shown; });
  std::vector<double> times, edits;
  for (int step = 0; step < 60; ++step) {
    const int before = shown;
    times.push_back(millisecondsOf([&] {
      edits.push_back(millisecondsOf([&] { slider.setValue(slider.value() + 5); }));
      require(QTest::qWaitFor([&] { return shown > before; }, kPatience), "no curves came");
      canvas.replot(QCustomPlot::rpImmediateRefresh);
      canvas.repaint();
    }));
  }
  print(fmt::format("{}: slider step to the new curves", name).c_str(), times);
  print(fmt::format("{}: of it the window's own work", name).c_str(), edits);
}

std::string manyRuns(int count) {
  std::string text = "run_id,n_params,n_tokens,n_experts,loss,schedule\n";
  std::mt19937_64 generator(1);
  std::normal_distribution<double> noise;
  for (int i = 0; i < count; ++i) {
    const double params = 1e8 * std::exp(noise(generator));
    const double tokens = 1e10 * std::exp(noise(generator));
    const double loss = 1.7 + 400 / std::pow(params, 0.34) + 410 / std::pow(tokens, 0.28);
    text += fmt::format("run-{},{:.6g},{:.6g},{},{:.5f},cosine\n", i, params, tokens, 1 << (i % 6),
                        loss * (1 + 0.01 * noise(generator)));
  }
  return text;
}

void measureManyRuns(const test::TemporaryFolder& folder) {
  const auto file = folder.write("many.csv", manyRuns(100000));
  gui::MainWindow window;
  window.resize(1280, 800);
  window.showPage("fit");
  window.show();
  gui::Page& page = *window.page("fit");
  fmt::print("| 100 000 runs: dropped to shown | {:.0f} | | |\n", millisecondsOf([&] {
               window.takeFiles({QString::fromStdString(file.string())});
               require(QTest::qWaitFor([&] { return !page.jobs().running(); }, kPatience),
                       "the table was not read in time");
               QApplication::processEvents();
             }));
  auto& table = *page.findChild<gui::DataTable*>("runs");
  std::vector<double> scrolls, zooms;
  for (int i = 1; i <= 100; ++i)
    scrolls.push_back(millisecondsOf([&] {
      table.verticalScrollBar()->setValue(i * 990);
      table.viewport()->repaint();
    }));
  print("100 000 runs: scroll to another place", scrolls);
  fmt::print("| 100 000 runs: sort by loss | {:.0f} | | |\n",
             millisecondsOf([&] { table.sortByColumn(5, Qt::AscendingOrder); }));
  fmt::print("| 100 000 runs: search a text | {:.0f} | | |\n",
             millisecondsOf([&] { table.setFilterText("run-77"); }));
  page.findChild<QTabWidget*>()->setCurrentIndex(1);
  QApplication::processEvents();
  auto& plot = *page.findChildren<gui::PlotView*>().front();
  for (int i = 0; i < 60; ++i)
    zooms.push_back(millisecondsOf([&] {
      plot.zoom(i % 2 == 0 ? 0.9 : 1 / 0.9);
      plot.canvas().replot(QCustomPlot::rpImmediateRefresh);
      plot.canvas().repaint();
    }));
  print("100 000 runs: zoom of a plot", zooms);
}

}  // namespace
}  // namespace moe

int main(int argc, char** argv) {
  const QTemporaryDir home;
  qputenv("QT_QPA_PLATFORM", "offscreen");
  for (const char* folder : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
    qputenv(folder, home.path().toUtf8());
  const QApplication app(argc, argv);
  const moe::test::TemporaryFolder folder;
  fmt::print("| milliseconds | median | 95 % | most |\n|---|---|---|---|\n");
  moe::measureStart();
  moe::measureSlider(folder, "roofline", "cost_preset = \"probe-v2\"");
  moe::measureSlider(folder, "H100 exact",
                     "hardware = \"h100-sxm\"\nprompt_tokens = 512\noutput_tokens = 256");
  moe::measureManyRuns(folder);
  return 0;
}
