// How the real window feels, without a display: milliseconds to start, to follow a slider, to
// scroll and zoom a hundred thousand runs, and for how long it does not answer meanwhile. Painting
// goes into memory.

#include <fmt/format.h>
#include <qcustomplot.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QScrollBar>
#include <QSlider>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <chrono>
#include <functional>
#include <random>

#include "app/gui/main_window.h"
#include "app/gui/pages/plan_page.h"
#include "app/gui/pages/report_page.h"
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

/// The longest time that the event loop was away: so long no key and no mouse was heard.
class Stalls : public QObject {
 public:
  Stalls() {
    timer_.setTimerType(Qt::PreciseTimer);
    connect(&timer_, &QTimer::timeout, this, [this] {
      longest_ = std::max(longest_, static_cast<double>(since_.nsecsElapsed()) / 1e6);
      since_.start();
    });
    since_.start();
    timer_.start(1);
  }
  double longest() const { return longest_; }

 private:
  QTimer timer_;
  QElapsedTimer since_;
  double longest_ = 0;
};

/// Waits until a canvas has painted what a page showed.
class PaintedCurves : public QObject {
 public:
  PaintedCurves(gui::PlanPage& page, QCustomPlot& canvas) {
    connect(&page, &gui::PlanPage::curvesShown, this, [this] { shown_ = true; });
    canvas.installEventFilter(this);
  }
  void wait() { loop_.exec(); }
  /// Times at which new curves were on the canvas, milliseconds since `clock_` started.
  const std::vector<double>& frames() const { return frames_; }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::Paint && std::exchange(shown_, false))
      QTimer::singleShot(0, this, [this] {  // when it is painted
        frames_.push_back(static_cast<double>(clock_.nsecsElapsed()) / 1e6);
        loop_.quit();
      });
    return QObject::eventFilter(watched, event);
  }

 private:
  struct Started : QElapsedTimer {
    Started() { start(); }
  };
  QEventLoop loop_;
  Started clock_;
  bool shown_ = false;
  std::vector<double> frames_;
};

/// A hand that moves the slider 60 times a second for two seconds.
void measureDrag(const std::string& name, QSlider& slider, PaintedCurves& painted) {
  constexpr int kFrameMilliseconds = 16;
  constexpr int kMoves = 120;
  const std::size_t first = painted.frames().size();
  QEventLoop loop;
  QTimer hand;
  hand.setTimerType(Qt::PreciseTimer);
  int moves = 0;
  QObject::connect(&hand, &QTimer::timeout, &hand, [&] {
    slider.setValue(slider.value() - 2);
    if (++moves == kMoves) loop.quit();
  });
  hand.start(kFrameMilliseconds);
  loop.exec();
  std::vector<double> gaps;
  for (std::size_t i = first + 1; i < painted.frames().size(); ++i)
    gaps.push_back(painted.frames()[i] - painted.frames()[i - 1]);
  print(fmt::format("{}: between curves while dragged", name).c_str(), gaps);
}

void measureSlider(const test::TemporaryFolder& folder, const char* name, const char* question) {
  folder.write("law.json", lawWithDraws());
  const auto project = folder.write(
      "plan.moeplan", fmt::format("format = 1\n[plan.p]\nlaw_file = \"law.json\"\n{}\n", question));
  gui::MainWindow window;
  window.resize(1280, 800);
  window.openFile(QString::fromStdString(project.string()));
  window.showPage("plan");
  window.show();
  auto& page = *static_cast<gui::PlanPage*>(window.page("plan"));
  fmt::print("| {}: first whole answer | {:.0f} | | |\n", name,
             millisecondsOf([&] { settle(window, "plan"); }));
  const char* budget =
      page.findChild<QWidget*>("budget_flop")->isVisible() ? "budget_flop" : "budget_usd";
  auto& slider = *page.findChild<QWidget*>(budget)->findChild<QSlider*>();
  PaintedCurves painted(page, page.findChild<gui::PlotView*>("curves")->canvas());
  std::vector<double> times, edits;
  const Stalls stalls;
  for (int step = 0; step < 60; ++step)
    times.push_back(millisecondsOf([&] {
      edits.push_back(millisecondsOf([&] { slider.setValue(slider.value() + 5); }));
      painted.wait();
    }));
  print(fmt::format("{}: slider step to the new curves", name).c_str(), times);
  print(fmt::format("{}: of it until the work begins", name).c_str(), edits);
  measureDrag(name, slider, painted);
  fmt::print("| {}: window away at most | {:.1f} | | |\n", name, stalls.longest());
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
  const auto read = [&] {
    require(QTest::qWaitFor([&] { return !page.jobs().running(); }, kPatience),
            "the table was not read in time");
    QApplication::processEvents();
  };
  const auto withStalls = [&](const char* what, const std::function<void()>& work) {
    const Stalls stalls;
    const double time = millisecondsOf([&] {
      work();
      read();
    });
    QTest::qWait(50);
    fmt::print("| 100 000 runs: {} | {:.0f} | | |\n", what, time);
    fmt::print("| of it the window away at most | {:.0f} | | |\n", stalls.longest());
  };
  withStalls("dropped to shown",
             [&] { window.takeFiles({QString::fromStdString(file.string())}); });
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
  table.setFilterText({});
  withStalls("one run left out", [&] {
    table.model()->setData(table.model()->index(7, 0), Qt::Unchecked, Qt::CheckStateRole);
  });
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
  for (const char* name : {"many.svg", "many.pdf", "many.png"})
    fmt::print("| 100 000 runs: plot as {} | {:.0f} | | |\n", name, millisecondsOf([&] {
                 require(plot.exportTo(QString::fromStdString((folder.path() / name).string())),
                         "the plot was not written");
               }));
  std::vector<double> sizes;
  for (int i = 0; i < 20; ++i)
    sizes.push_back(millisecondsOf([&] {
      window.resize(1280 + 10 * i, 800);
      QApplication::processEvents();
    }));
  print("100 000 runs: window resized with its plots", sizes);
}

void measureExports(const test::TemporaryFolder& folder) {
  gui::MainWindow window;
  window.resize(1280, 800);
  window.openExample();
  window.showPage("report");
  window.show();
  auto& page = *static_cast<gui::ReportPage*>(window.page("report"));
  {
    const Stalls stalls;
    fmt::print("| report of the example | {:.0f} | | |\n",
               millisecondsOf([&] { settle(window, "report"); }));
    QTest::qWait(2000);  // the preview is laid out in pieces
    fmt::print("| of it the window away at most | {:.0f} | | |\n", stalls.longest());
  }
  for (const char* name : {"report.html", "report.pdf", "report.md"}) {
    const QString path = QString::fromStdString((folder.path() / name).string());
    const Stalls stalls;
    const double time = millisecondsOf([&] {
      page.exportTo(path);
      (void)QTest::qWaitFor([&] { return !page.jobs().running(); }, kPatience);
    });
    QTest::qWait(50);
    fmt::print("| {} written | {:.0f} | | |\n", name, time);
    fmt::print("| of it the window away at most | {:.0f} | | |\n", stalls.longest());
  }
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
  moe::measureSlider(folder, "roofline",
                     "mode = \"min-cost\"\nbudget_flop = 1e20\ncost_preset = \"probe-v2\"");
  moe::measureSlider(folder, "H100 exact",
                     "mode = \"min-cost\"\nbudget_flop = 1e20\nhardware = \"h100-sxm\"\n"
                     "prompt_tokens = 512\noutput_tokens = 256");
  moe::measureSlider(folder, "lifetime",
                     "mode = \"lifetime\"\nbudget_usd = 1e7\nlifetime_tokens = 1e13\n"
                     "hardware = [\"h100-sxm\"]\nprompt_tokens = 512\noutput_tokens = 256");
  moe::measureManyRuns(folder);
  moe::measureExports(folder);
  return 0;
}
