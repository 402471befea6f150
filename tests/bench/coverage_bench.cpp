// How often 95 % intervals hold the truth: data sets simulated from a known law, each fitted and
// resampled. Prints one row a design; nothing here is asserted.
//
//   coverage_bench [DATA_SETS] [RESAMPLES] [LAW]        200 and 300 unless given; all designs, or
//                                                       those whose data follow this law

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "data/parallel.h"
#include "data/quantile.h"
#include "fitting/fit.h"
#include "fitting/trust/bootstrap.h"
#include "fitting/trust/profile_likelihood.h"

namespace {

using namespace moe;

struct Design {
  const char* family;
  const char* preset;  // the truth
  std::size_t runs;
  int checkpoints;  // of each run
  double run_noise;
  double point_noise;
  ObjectiveKind kind;
  std::vector<const char*> parameters;  // whose intervals are counted
};

/// Hits, tries and the sum of relative widths of one interval.
struct Count {
  int hits = 0;
  int tries = 0;
  double width = 0;
  void add(const Range& interval, double truth) {
    ++tries;
    hits += interval.low <= truth && truth <= interval.high;
    width += (interval.high - interval.low) / std::abs(truth);
  }
  void add(const Count& other) {
    hits += other.hits;
    tries += other.tries;
    width += other.width;
  }
};

std::string text(const Count& count) {
  if (count.tries == 0) return "        -      ";
  return fmt::format("{:5.1f} %{:7.2f}", 100.0 * count.hits / count.tries,
                     count.width / count.tries);
}

struct Simulated {
  FitData data;
  Law truth;
};

Simulated simulate(const Design& design, std::size_t number) {
  Simulated result;
  result.truth = *presetLaw(design.preset);
  std::mt19937_64 engine(1000 * number + design.runs);
  std::uniform_real_distribution<double> unit;
  std::normal_distribution<double> normal;
  std::vector<TrainingRun> points;
  std::vector<std::size_t> group;
  for (std::size_t run = 0; run < design.runs; ++run) {
    TrainingRun point;
    point.params = std::pow(10, 7.6 + 1.8 * unit(engine));
    const double ratio = std::pow(10, 0.7 + 1.5 * unit(engine));
    if (result.truth.family->dependsOnExperts()) {
      point.experts = std::pow(2, std::floor(6 * unit(engine)));
    }
    const double shared = design.run_noise * normal(engine);
    for (int k = 1; k <= design.checkpoints; ++k) {
      point.train_tokens = ratio * point.params * k / design.checkpoints;
      point.loss = result.truth.loss(pointOf(point)) *
                   std::exp(shared + design.point_noise * normal(engine));
      points.push_back(point);
      group.push_back(run);
    }
  }
  result.data = FitData::of(points, group);
  return result;
}

/// Counts of one design: per interval, in the order of `names`.
struct Row {
  std::vector<std::string> names;
  std::vector<Count> counts;
  void add(const std::string& name, const Range& interval, double truth) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return counts[i].add(interval, truth);
    }
    names.push_back(name);
    counts.emplace_back().add(interval, truth);
  }
  void add(const Row& other) {
    for (std::size_t i = 0; i < other.names.size(); ++i) {
      std::size_t own = 0;
      while (own < names.size() && names[own] != other.names[i]) ++own;
      if (own == names.size()) {
        names.push_back(other.names[i]);
        counts.emplace_back();
      }
      counts[own].add(other.counts[i]);
    }
  }
};

/// What the user reads of a fit: parameters, the loss at ten times the size and data, the exponent
/// of the loss-optimal size.
Row measured(const Design& design, std::size_t number, std::size_t resamples) {
  Row row;
  const Simulated sample = simulate(design, number);
  const FitOptions options{.objective = {.kind = design.kind}, .threads = 1};
  auto fit = fitLaw(*findLawFamily(design.family), sample.data, options);
  if (!fit) return row;
  const auto truthOf = [&](const std::string& name) {
    return sample.truth.values[static_cast<std::size_t>(sample.truth.family->parameterIndex(name))];
  };
  for (const char* name : design.parameters) {
    for (const ParameterFit& parameter : fit->parameters) {
      if (parameter.name == name && parameter.ci95) {
        row.add(fmt::format("Wald {}", name), *parameter.ci95, truthOf(name));
      }
    }
  }
  const std::vector<Profile> profiles = profileParameters(sample.data, options, *fit);
  for (const Profile& profile : profiles) {
    for (const char* name : design.parameters) {
      if (profile.parameter != name || !profile.low95 || !profile.high95) continue;
      row.add(fmt::format("profile {}", name), {*profile.low95, *profile.high95}, truthOf(name));
    }
  }
  bootstrap(sample.data, options, {.resamples = resamples, .seed = number}, *fit);
  markOpenProfiles(profiles, *fit);  // as the user sees it: no interval where the profile is open
  for (const ParameterFit& parameter : fit->parameters) {
    for (const char* name : design.parameters) {
      if (parameter.name != name) continue;
      if (parameter.ci95) row.add(fmt::format("boot {}", name), *parameter.ci95, truthOf(name));
    }
  }
  if (fit->posterior.empty()) return row;
  const auto derived = [&](const std::string& name, auto value) {
    std::vector<double> draws;
    Law law = sample.truth;
    law.family = fit->family;
    for (const std::vector<double>& draw : fit->posterior) {
      law.values = draw;
      draws.push_back(value(law));
    }
    const double truth = value(sample.truth);
    row.add("boot " + name, {quantile(draws, 0.025), quantile(draws, 0.975)}, truth);
  };
  // A run like the others, as moeplan predict states it: the law's part and the runs' scatter.
  std::mt19937_64 engine(77 + number);
  const LawPoint fresh{.params = 4e8, .train_tokens = 1.2e10, .experts = 8};
  const double seen =
      std::log(sample.truth.loss(fresh)) +
      std::hypot(design.run_noise, design.point_noise) * std::normal_distribution<double>()(engine);
  std::vector<double> draws;
  for (const std::vector<double>& draw : fit->posterior) {
    draws.push_back(fit->family->at(draw, fresh).log_loss);
  }
  const double scatter = 1.96 * fit->runScatter();
  const double log_loss = fit->family->at(fit->values, fresh).log_loss;
  const double low = log_loss - std::hypot(log_loss - quantile(draws, 0.025), scatter);
  const double high = log_loss + std::hypot(quantile(draws, 0.975) - log_loss, scatter);
  row.add("new run", {low, high}, seen);
  derived("ln L 10x", [](const Law& law) {
    return std::log(law.loss({.params = 2.5e10, .train_tokens = 2.5e11, .experts = 8}));
  });
  if (!sample.truth.family->dependsOnExperts()) {
    derived("exponent",
            [](const Law& law) { return law.values[4] / (law.values[3] + law.values[4]); });
  }
  return row;
}

/// Laws asked for; empty: all.
std::string only_family;

void print(const Design& design, std::size_t data_sets, std::size_t resamples) {
  if (!only_family.empty() && only_family != design.family) return;
  std::vector<Row> rows(data_sets);
  parallelFor(data_sets, 0, {},
              [&](std::size_t i, std::size_t) { rows[i] = measured(design, i, resamples); });
  Row total;
  for (const Row& row : rows) total.add(row);
  fmt::print("{} {} runs{}, noise {:.1f} %{}, {}\n", design.family, design.runs,
             design.checkpoints > 1 ? fmt::format(" of {} checkpoints", design.checkpoints) : "",
             100 * (design.run_noise + (design.checkpoints > 1 ? 0 : design.point_noise)),
             design.checkpoints > 1
                 ? fmt::format(" a run and {:.1f} % a point", 100 * design.point_noise)
                 : "",
             design.kind == ObjectiveKind::kHuber ? "Huber 1e-3" : "least squares");
  for (std::size_t i = 0; i < total.names.size(); ++i) {
    fmt::print("    {:20} {}   of {} data sets\n", total.names[i], text(total.counts[i]),
               total.counts[i].tries);
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t data_sets = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200;
  const std::size_t resamples = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 300;
  if (argc > 3) only_family = argv[3];
  fmt::print(
      "coverage of 95 % intervals and their mean relative width, {} data sets, {} resamples\n",
      data_sets, resamples);
  const std::vector<const char*> dense = {"alpha", "beta", "floor"};
  for (const std::size_t runs : {12, 20, 50, 200}) {
    for (const double noise : {0.003, 0.01}) {
      print({"chinchilla", "besiroglu2024", runs, 1, 0, noise, ObjectiveKind::kHuber, dense},
            data_sets, resamples);
    }
  }
  print({"chinchilla", "besiroglu2024", 20, 1, 0, 0.003, ObjectiveKind::kLeastSquares, dense},
        data_sets, resamples);
  for (const std::size_t runs : {16, 32, 64}) {
    print({"chinchilla", "besiroglu2024", runs, 8, 0.008, 0.002, ObjectiveKind::kHuber, dense},
          data_sets, resamples);
  }
  const std::vector<const char*> joint = {"alpha", "beta", "c"};
  for (const std::size_t runs : {50, 200}) {
    print({"ludziejewski2025", "ludziejewski2025", runs, 1, 0, 0.003, ObjectiveKind::kHuber, joint},
          data_sets, resamples);
  }
  return 0;
}
