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

struct Measured {
  double seconds = 0;
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

double medianSeconds(int times, const std::function<void()>& work) {
  std::vector<double> seconds;
  for (int i = 0; i < times; ++i) {
    const auto begin = Clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + times / 2, seconds.end());
  return seconds[static_cast<std::size_t>(times / 2)];
}

Measured ours(const char* family, const std::vector<TrainingRun>& runs, std::size_t resamples) {
  const FitData data = FitData::of(runs, {});
  const FitOptions options{.bounded = false};  // as scipy's side
  FitResult fit = *fitLaw(*findLawFamily(family), data, options);
  const std::string threads = fmt::format("{} threads", std::thread::hardware_concurrency());
  if (resamples == 0) {
    const double seconds = medianSeconds(21, [&] { (void)fitLaw(*fit.family, data, options); });
    return {seconds, fit.objective, "global search, " + threads};
  }
  const double seconds = medianSeconds(5, [&] {
    bootstrap(data, options, {.resamples = resamples, .search = BootstrapSearch::kWarm}, fit);
  });
  return {seconds, fit.objective, fmt::format("{} warm resamples, {}", resamples, threads)};
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
  const auto objective = parseNumber(valueOfKey(text, "objective"));
  if (!seconds || !objective) return std::nullopt;
  return Measured{*seconds, *objective, valueOfKey(text, "done")};
}

void row(const char* what, const char* name, const char* family,
         const std::vector<TrainingRun>& runs, std::size_t resamples, double wanted) {
  const Measured own = ours(family, runs, resamples);
  fmt::print("{:<34} {:>10.3f} ms  {:.10e}  {}\n", name, 1e3 * own.seconds, own.objective,
             own.done);
  const auto other = scipy(what, runs);
  if (!other) {
    fmt::print("{:<34} not run: /usr/bin/python3 has no scipy (apt install python3-scipy)\n",
               "  scipy");
    return;
  }
  fmt::print("{:<34} {:>10.3f} s   {:.10e}  {}\n", "  scipy", other->seconds, other->objective,
             other->done);
  fmt::print("{:<34} {:>10.0f} times as fast (wanted: {:.0f}); scipy ends {:+.1e} of it above\n",
             "", other->seconds / own.seconds, wanted, other->objective / own.objective - 1);
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
