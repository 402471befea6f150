// Fits the Chinchilla law to the runs of Gemstones that ship with moeplan, and prints it.
#include <fmt/core.h>

#include "data/readers/read_runs.h"
#include "data/run_filter.h"
#include "fitting/fit.h"

namespace {

int refuse(const moe::Error& error) {
  fmt::print(stderr, "fit_runs: {}\n", moe::describe(error));
  return 1;
}

}  // namespace

int main() {
  const moe::RunFilter annealed = moe::parseRunFilter("schedule=cool_end").value();
  const auto runs = moe::readRuns(TABLES "/runs/gemstones/runs.csv", {})
                        .and_then([&](const moe::RunTable& table) {
                          return moe::applyFilters(table, std::span(&annealed, 1));
                        });
  if (!runs) return refuse(runs.error());

  const moe::LawFamily& chinchilla = *moe::findLawFamily("chinchilla");
  const auto fit = moe::fitLaw(chinchilla, moe::FitData::of(runs->runs, {}), {});
  if (!fit) return refuse(fit.error());
  for (const moe::ParameterFit& parameter : fit->parameters)
    fmt::print("{} = {:.6g}  ({})\n", parameter.name, parameter.value, parameter.meaning);
}
