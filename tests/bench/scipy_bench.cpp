// moeplan's fits against scipy's on the same runs, both timed here and now:
//
//     build/dev/tests/bench/scipy_bench
//
// Prints 'not run' for the scipy side when Debian's python3-scipy is not installed.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "data/numbers.h"
#include "fitting/fit.h"
#include "fitting/trust/bootstrap.h"

namespace {

using namespace moe;
using Clock = std::chrono::steady_clock;

/// Medians: of the clock, and of the processor time of all threads together, which others on the
/// machine hardly change.
struct Times {
  double seconds = 0;
  double cpu_seconds = 0;
};

struct Measured {
  Times times;
  double objective = 0;
  std::string done;
};

/// Synthetic runs of a published law with 0.5 % noise: Epoch's 240 Chinchilla points may not ship.
std::vector<TrainingRun> runsOf(const char* preset, int count) {
  const Law law = *presetLaw(preset);
  std::mt19937_64 engine(1);
  std::uniform_real_distribution<double> unit;
  std::normal_distribution<double> normal;
  std::vector<TrainingRun> runs;
  for (int i = 0; i < count; ++i) {
    TrainingRun run;
    run.params = std::pow(10, 7.8 + 2.4 * unit(engine));
    run.train_tokens = std::pow(10, 9.5 + 2 * unit(engine));
    if (law.family->dependsOnExperts()) run.experts = std::pow(2, std::floor(6 * unit(engine)));
    run.loss = law.loss(pointOf(run)) * std::exp(0.005 * normal(engine));
    runs.push_back(run);
  }
  return runs;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

Times medianTimes(int times, const std::function<void()>& work) {
  std::vector<double> seconds;
  std::vector<double> cpu_seconds;
  for (int i = 0; i < times; ++i) {
    const auto begin = Clock::now();
    const std::clock_t begin_cpu = std::clock();
    work();
    cpu_seconds.push_back(static_cast<double>(std::clock() - begin_cpu) / CLOCKS_PER_SEC);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return {median(seconds), median(cpu_seconds)};
}

Measured ours(const char* family, const std::vector<TrainingRun>& runs, std::size_t resamples) {
  const FitData data = FitData::of(runs, {});
  const FitOptions options{.bounded = false};  // as scipy's side
  FitResult fit = *fitLaw(*findLawFamily(family), data, options);
  const std::string threads = fmt::format("{} threads", std::thread::hardware_concurrency());
  if (resamples == 0) {
    const Times times = medianTimes(21, [&] { (void)fitLaw(*fit.family, data, options); });
    return {times, fit.objective, "global search, " + threads};
  }
  const Times times = medianTimes(5, [&] {
    bootstrap(data, options, {.resamples = resamples, .search = BootstrapSearch::kWarm}, fit);
  });
  return {times, fit.objective, fmt::format("{} warm resamples, {}", resamples, threads)};
}

/// The value of a key in the script's one-line JSON.
std::string valueOfKey(const std::string& json, const std::string& key) {
  const std::size_t at = json.find("\"" + key + "\": ");
  if (at == std::string::npos) return {};
  const std::size_t from = at + key.size() + 4;
  std::size_t to = json.find(", \"", from);
  if (to == std::string::npos) to = json.find('}', from);
  return json.substr(from, to - from);
}

std::optional<Measured> scipy(const std::string& what, const std::vector<TrainingRun>& runs) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("moeplan-{}.csv", what);
  std::ofstream stream(file);
  stream << "params,tokens,experts,loss\n";
  for (const TrainingRun& run : runs) {
    stream << fmt::format("{},{},{},{}\n", run.params, run.train_tokens, run.experts, run.loss);
  }
  stream.close();
  const std::string command = fmt::format(
      "OPENBLAS_NUM_THREADS=1 /usr/bin/python3 '{}/tests/bench/scipy_fits.py' {} '{}' "
      "2>/dev/null",
      MOEPLAN_SOURCE_DIR, what, file.string());
  std::string text;
  if (FILE* pipe = popen(command.c_str(), "r")) {
    char buffer[512];
    while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) text += buffer;
    pclose(pipe);
  }
  std::filesystem::remove(file);
  const auto seconds = parseNumber(valueOfKey(text, "seconds"));
  const auto cpu_seconds = parseNumber(valueOfKey(text, "cpu_seconds"));
  const auto objective = parseNumber(valueOfKey(text, "objective"));
  if (!seconds || !cpu_seconds || !objective) return std::nullopt;
  return Measured{{*seconds, *cpu_seconds}, *objective, valueOfKey(text, "done")};
}

void row(const char* what, const char* name, const char* family,
         const std::vector<TrainingRun>& runs, std::size_t resamples, double wanted) {
  const Measured own = ours(family, runs, resamples);
  fmt::print("{:<34} {:>10.3f} ms  {:.10e}  {}\n", name, 1e3 * own.times.seconds, own.objective,
             own.done);
  const auto other = scipy(what, runs);
  if (!other) {
    fmt::print("{:<34} not run: /usr/bin/python3 has no scipy (apt install python3-scipy)\n",
               "  scipy");
    return;
  }
  fmt::print("{:<34} {:>10.3f} s   {:.10e}  {}\n", "  scipy", other->times.seconds,
             other->objective, other->done);
  fmt::print(
      "{:<34} {:>10.0f} times as fast, {:.0f} times by processor time (wanted: {:.0f}); scipy ends "
      "{:+.1e} of it above\n",
      "", other->times.seconds / own.times.seconds,
      other->times.cpu_seconds / own.times.cpu_seconds, wanted,
      other->objective / own.objective - 1);
  fmt::print("{:<34} {:>10.3f} ms against {:.3f} s of processor time\n", "",
             1e3 * own.times.cpu_seconds, other->times.cpu_seconds);
}

}  // namespace

int main() {
  fmt::print("{:<34} {:>10}     objective\n", "fit", "time");
  const auto dense = runsOf("besiroglu2024", 240);
  row("chinchilla", "chinchilla, 240 runs", "chinchilla", dense, 0, 10000);
  row("yun2024", "yun2024-plain, 300 runs", "yun2024-plain", runsOf("ludziejewski2025", 300), 0,
      200);
  row("bootstrap", "4000 resamples of chinchilla", "chinchilla", dense, 4000, 60);
}
