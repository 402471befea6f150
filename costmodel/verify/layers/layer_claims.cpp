#include "costmodel/verify/layers/layer_claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <tuple>

#include "costmodel/verify/measure/bench.h"
#include "data/error.h"
#include "data/quantile.h"

namespace moe {
namespace {

using ClaimRows = std::vector<const VerifyRow*>;
using Holds = std::function<bool(const VerifyRow&)>;

double touchedOf(const VerifyRow& row) { return row.distinct_experts; }

double tokensPerExpert(const VerifyRow& row) {
  return static_cast<double>(row.layer.tokens) * row.layer.top_k / row.layer.experts;
}

/// Even, trusted layers of one precision that satisfy the condition, by what `same` says is equal.
std::map<std::vector<int>, ClaimRows> familiesOf(
    const std::vector<VerifyRow>& rows, LayerPrecision precision, const Holds& holds,
    const std::function<std::vector<int>(const SampleLayer&)>& same) {
  std::map<std::vector<int>, ClaimRows> families;
  for (const VerifyRow& row : rows) {
    const bool trusted = row.timed() && row.measured.spread <= kNoisySpread;
    const bool plain = row.kind == RowKind::kLayer && row.layer.ownRouter() &&
                       row.layer.shared_ffn == 0 && row.layer.precision == precision;
    if (trusted && plain && holds(row)) families[same(row.layer)].push_back(&row);
  }
  return families;
}

bool differs(const ClaimRows& rows, const std::function<double(const VerifyRow&)>& x) {
  const auto [low, high] =
      std::minmax_element(rows.begin(), rows.end(),
                          [&](const VerifyRow* a, const VerifyRow* b) { return x(*a) < x(*b); });
  return x(**high) >= 1.5 * x(**low);
}

/// The families that say something: three rows or more, over values that differ. Counted in the
/// claim.
std::vector<ClaimRows> tellingFamilies(const std::map<std::vector<int>, ClaimRows>& families,
                                       const std::function<double(const VerifyRow&)>& x,
                                       LayerClaim& claim) {
  constexpr std::size_t kFamilyRows = 3;
  std::vector<ClaimRows> telling;
  for (const auto& [same, rows] : families) {
    if (rows.size() < kFamilyRows || !differs(rows, x)) continue;
    telling.push_back(rows);
    claim.rows += rows.size();
  }
  claim.families = telling.size();
  return telling;
}

/// Sets verdict and evidence: what was found, and on how many rows.
void conclude(LayerClaim& claim, bool holds, const std::string& found) {
  const std::string count =
      fmt::format("{} rows of {} layers or batches", claim.rows, claim.families);
  if (claim.rows < kFewestClaimRows || claim.families < kFewestClaimFamilies) {
    claim.verdict = ClaimVerdict::kCannotTell;
    claim.evidence = fmt::format("{} were measured quietly; {} of {} are needed", count,
                                 kFewestClaimRows, kFewestClaimFamilies);
    return;
  }
  claim.verdict = holds ? ClaimVerdict::kHolds : ClaimVerdict::kFails;
  claim.evidence = fmt::format("{}; {}", found, count);
}

/// Median over families of the slope of ln time over ln x.
LayerClaim slopeClaim(std::string text, const std::map<std::vector<int>, ClaimRows>& families,
                      const std::function<double(const VerifyRow&)>& x, double least, double most,
                      std::string_view of_what) {
  LayerClaim claim{.claim = std::move(text), .evidence = {}};
  std::vector<double> slopes;
  for (const ClaimRows& rows : tellingFamilies(families, x, claim)) {
    std::vector<double> log_x, log_time;
    for (const VerifyRow* row : rows) {
      log_x.push_back(std::log(x(*row)));
      log_time.push_back(std::log(row->measured.median_s));
    }
    slopes.push_back(slopeOf(log_x, log_time));
  }
  const double slope = slopes.empty() ? 0 : quantile(slopes, 0.5);
  conclude(claim, slope >= least && slope <= most,
           fmt::format("time grows as {} to the power {:.2f}", of_what, slope));
  return claim;
}

LayerClaim smallBatches(const std::vector<VerifyRow>& rows, LayerPrecision precision) {
  const auto families = familiesOf(
      rows, precision,
      [](const VerifyRow& row) { return touchedOf(row) <= 0.5 * row.layer.experts; },
      [](const SampleLayer& layer) {
        return std::vector{layer.hidden, layer.expert_ffn, layer.experts};
      });
  return slopeClaim(fmt::format("{}: at small batches time grows with the experts touched",
                                formatName(precision)),
                    families, touchedOf, 0.5, 1.5, "experts touched");
}

LayerClaim totalSize(const std::vector<VerifyRow>& rows, LayerPrecision precision) {
  const auto families = familiesOf(
      rows, precision,
      [](const VerifyRow& row) {
        return touchedOf(row) >= 0.95 * row.layer.experts && tokensPerExpert(row) <= 4 &&
               row.layer.experts > row.layer.top_k;
      },
      [](const SampleLayer& layer) {
        return std::vector{layer.hidden, layer.expert_ffn, layer.top_k};
      });
  return slopeClaim(
      fmt::format("{}: once every expert is touched, time follows total size",
                  formatName(precision)),
      families, [](const VerifyRow& row) { return static_cast<double>(row.layer.experts); }, 0.75,
      1.25, "experts");
}

LayerClaim largeBatches(const std::vector<VerifyRow>& rows, LayerPrecision precision) {
  constexpr double kMostRatio = 1.5;
  constexpr double kLargeBatch = 100;  // tokens an expert
  LayerClaim claim;
  claim.claim = fmt::format("{}: at large batches time does not grow with the experts",
                            formatName(precision));
  const auto families = familiesOf(
      rows, precision, [](const VerifyRow& row) { return tokensPerExpert(row) >= kLargeBatch; },
      [](const SampleLayer& layer) {
        return std::vector{layer.hidden, layer.expert_ffn, layer.top_k, layer.tokens};
      });
  double worst = 0;
  const auto experts = [](const VerifyRow& row) { return 1.0 * row.layer.experts; };
  for (const ClaimRows& members : tellingFamilies(families, experts, claim)) {
    const auto [fast, slow] = std::minmax_element(
        members.begin(), members.end(), [](const VerifyRow* a, const VerifyRow* b) {
          return a->measured.median_s < b->measured.median_s;
        });
    worst = std::max(worst, (*slow)->measured.median_s / (*fast)->measured.median_s);
  }
  conclude(
      claim, worst <= kMostRatio,
      fmt::format("times of equal tokens differ by at most {:.2f} over numbers of experts", worst));
  return claim;
}

}  // namespace

std::string_view name(ClaimVerdict verdict) {
  switch (verdict) {
    case ClaimVerdict::kHolds:
      return "holds";
    case ClaimVerdict::kFails:
      return "fails";
    case ClaimVerdict::kCannotTell:
      return "cannot tell";
  }
  require(false, "unknown verdict of a claim");
  return {};
}

double slopeOf(const std::vector<double>& x, const std::vector<double>& y) {
  const auto count = static_cast<double>(x.size());
  double mean_x = 0, mean_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) mean_x += x[i] / count, mean_y += y[i] / count;
  double over = 0, under = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    over += (x[i] - mean_x) * (y[i] - mean_y);
    under += (x[i] - mean_x) * (x[i] - mean_x);
  }
  return over / under;
}

std::vector<LayerClaim> layerClaims(const std::vector<VerifyRow>& rows) {
  std::vector<LayerClaim> claims;
  for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16}) {
    claims.push_back(smallBatches(rows, precision));
    claims.push_back(largeBatches(rows, precision));
    claims.push_back(totalSize(rows, precision));
  }
  return claims;
}

}  // namespace moe
