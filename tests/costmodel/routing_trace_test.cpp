#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "costmodel/routing/expert_coverage.h"
#include "costmodel/routing/load_imbalance.h"
#include "costmodel/routing/trace_coverage.h"
#include "data/counter_random.h"
#include "tests/costmodel/distinct_experts_table.h"

namespace moe {
namespace {

RoutingAssumption measured(const RoutingTrace& trace) {
  RoutingAssumption assumption;
  assumption.popularity = PopularityKind::kMeasured;
  assumption.measured = expertCounts(trace);
  return assumption;
}

/// Tokens that choose 2 of 16 experts evenly at random; sequences of `alike` tokens with the same
/// choice.
RoutingTrace syntheticTrace(std::size_t tokens, std::size_t alike) {
  RoutingTrace trace{"synthetic", 4, tokens, 2, 16, {}, {}};
  for (std::size_t layer = 0; layer < trace.layers; ++layer) {
    for (std::size_t token = 0; token < tokens; ++token) {
      const std::uint64_t choice = counterIndex(layer, token / alike, 0, 16 * 15);
      const std::uint64_t first = choice / 15;
      trace.ids.push_back(static_cast<std::uint16_t>(first));
      trace.ids.push_back(static_cast<std::uint16_t>((first + 1 + choice % 15) % 16));
    }
  }
  return trace;
}

constexpr std::size_t kSizes[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

// Independent tokens: 16 (1 - (7/8)^B). 256 draws of 4 layers leave 0.05 experts of error (3 sigma:
// the deviation of one count is at most 1.2), the finite trace of 4000 tokens less.
TEST(TraceCoverage, CountsWhatTheFormulaSaysOfIndependentTokens) {
  const RoutingTrace trace = syntheticTrace(4000, 1);
  for (const CoveragePoint& point : traceCoverage(trace, kSizes, 7)) {
    const double expected = 16 * (1 - std::pow(7.0 / 8, static_cast<double>(point.tokens)));
    EXPECT_NEAR(point.uniform, expected, 1e-12);
    EXPECT_NEAR(point.random, expected, 0.15) << point.tokens;
    EXPECT_NEAR(point.consecutive, expected, 0.15) << point.tokens;
    EXPECT_NEAR(point.independent, expected, 0.15) << point.tokens;
  }
}

TEST(TraceCoverage, LeavesOutSizesThatTheTraceDoesNotHave) {
  EXPECT_EQ(traceCoverage(syntheticTrace(100, 1), kSizes, 0).size(), 7u);
}

TEST(CorrelationFit, IsZeroForIndependentAndOneForEqualTokens) {
  const RoutingTrace independent = syntheticTrace(4000, 1);
  const auto free = fitCorrelation(*expertPopularity(measured(independent), 16, 2),
                                   traceCoverage(independent, kSizes, 7));
  EXPECT_LT(free.correlation, 0.02);
  EXPECT_LT(free.rms_error, 0.01);
  // Stretches up to 64 tokens out of sequences of 4000 that hardly ever end in them.
  const RoutingTrace alike = syntheticTrace(40000, 4000);
  const auto same = fitCorrelation(*expertPopularity(measured(alike), 16, 2),
                                   traceCoverage(alike, std::span(kSizes).first(7), 7));
  EXPECT_GT(same.correlation, 0.97);
}

/// The real traces do not ship. MOEPLAN_ROUTING_TRACES names a folder with traces/TASK.ids.u8.
struct MeasuredTask {
  const char* name;
  double correlation;  ///< from an independent fit to the table, to 0.005
  double rms_error;    ///< it left
};

void PrintTo(const MeasuredTask& task, std::ostream* out) { *out << task.name; }

class MeasuredRouting : public testing::TestWithParam<MeasuredTask> {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("MOEPLAN_ROUTING_TRACES");
    if (folder == nullptr)
      GTEST_SKIP() << "not run: MOEPLAN_ROUTING_TRACES names no folder with routing traces";
    const auto path =
        std::filesystem::path(folder) / "traces" / (std::string(GetParam().name) + ".ids.u8");
    auto read = readRoutingTrace(path);
    ASSERT_TRUE(read) << describe(read.error());
    trace = std::move(*read);
    popularity = *expertPopularity(measured(trace), trace.experts, trace.top_k);
    table = test::distinctExpertsTable();
  }

  double tabled(const char* column, std::size_t row) const {
    return table.at(std::string(GetParam().name) + column)[row];
  }

  RoutingTrace trace;
  ExpertPopularity popularity;
  std::map<std::string, std::vector<double>> table;
};

// The table's formula is exact to its four decimals, its counts are means over draws of their own.
TEST_P(MeasuredRouting, ReproducesTheTableOfDistinctExperts) {
  const auto points = traceCoverage(trace, kSizes, 1);
  ASSERT_EQ(points.size(), 10u);
  for (std::size_t row = 0; row < points.size(); ++row) {
    EXPECT_NEAR(points[row].independent, tabled("_skew_indep_formula", row), 5.01e-5);
    EXPECT_NEAR(points[row].random, tabled("_random_mean", row), 0.2) << points[row].tokens;
    EXPECT_NEAR(points[row].consecutive / tabled("_consecutive_mean", row), 1, 0.02)
        << points[row].tokens;
  }
}

TEST_P(MeasuredRouting, NeedsTheCorrelationThatAnotherFitFound) {
  std::vector<CoveragePoint> points;
  for (std::size_t row = 0; row < 10; ++row) {
    CoveragePoint& point = points.emplace_back();
    point.tokens = kSizes[row];
    point.consecutive = tabled("_consecutive_mean", row);
  }
  const CorrelationFit fit = fitCorrelation(popularity, points);
  EXPECT_NEAR(fit.correlation, GetParam().correlation, 0.003);
  EXPECT_NEAR(fit.rms_error, GetParam().rms_error, 0.0005);
  const CorrelationFit own = fitCorrelation(popularity, traceCoverage(trace, kSizes, 1));
  RecordProperty("correlation", std::to_string(own.correlation));
  EXPECT_NEAR(own.correlation, fit.correlation, 0.01);
}

/// Largest over mean load of `ranks` blocks of experts, over stretches of consecutive tokens.
double countedImbalance(const RoutingTrace& trace, std::size_t ranks, std::size_t tokens) {
  double largest = 0;
  const std::size_t stretches = trace.tokens / tokens;
  for (std::size_t layer = 0; layer < trace.layers; ++layer) {
    for (std::size_t i = 0; i < stretches; ++i) {
      std::vector<double> load(ranks, 0.0);
      for (const std::uint16_t id : trace.chosen(layer, i * tokens, tokens))
        ++load[id * ranks / trace.experts];
      largest += *std::max_element(load.begin(), load.end());
    }
  }
  const double mean = static_cast<double>(tokens * trace.top_k) / static_cast<double>(ranks);
  return largest / static_cast<double>(stretches * trace.layers) / mean;
}

// Consecutive tokens load ranks a little less evenly than the correlation says: up to 7 %.
TEST_P(MeasuredRouting, LoadsRanksAsPredicted) {
  for (const std::size_t ranks : {4, 8, 16}) {
    const auto routing =
        rankRouting(popularity, GetParam().correlation, ranks, ExpertPlacement::kAsListed);
    for (const std::size_t tokens : {8, 64, 512}) {
      const double predicted =
          loadImbalance(*routing, {static_cast<double>(tokens), static_cast<double>(tokens)});
      EXPECT_NEAR(predicted / countedImbalance(trace, ranks, tokens), 1, 0.07)
          << ranks << " " << tokens;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tasks, MeasuredRouting,
                         testing::Values(MeasuredTask{"intent", 0.075, 0.0189},
                                         MeasuredTask{"summary", 0.110, 0.0074},
                                         MeasuredTask{"translation", 0.100, 0.0195}));

}  // namespace
}  // namespace moe
