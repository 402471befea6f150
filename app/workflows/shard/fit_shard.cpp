#include "app/workflows/shard/fit_shard.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "app/workflows/fit_parts.h"

namespace moe {
namespace {

std::vector<double> itemNumbers(const Eigen::VectorXd& coordinates) {
  return std::vector<double>(coordinates.begin(), coordinates.end());
}

Eigen::VectorXd coordinatesOf(std::span<const double> numbers) {
  Eigen::VectorXd coordinates(static_cast<Eigen::Index>(numbers.size()));
  std::copy(numbers.begin(), numbers.end(), coordinates.begin());
  return coordinates;
}

/// The end, NaN where there is none; then coordinate and objective of every step.
std::vector<double> itemNumbers(const ProfileSide& side) {
  std::vector<double> numbers{side.end.value_or(std::numeric_limits<double>::quiet_NaN())};
  for (const ProfileSide::Step& step : side.path) {
    numbers.push_back(step.coordinate);
    numbers.push_back(step.objective);
  }
  return numbers;
}

bool isSide(const std::vector<double>& numbers) { return numbers.size() % 2 == 1; }

ProfileSide sideOf(const std::vector<double>& numbers) {
  ProfileSide side;
  if (!std::isnan(numbers[0])) side.end = numbers[0];
  for (std::size_t i = 1; i < numbers.size(); i += 2) {
    side.path.push_back({numbers[i], numbers[i + 1]});
  }
  return side;
}

template <class Item>
ShardPart fitPart(std::string name, std::size_t count, const Share& share, const FitParts& parts,
                  const std::vector<Item>& items) {
  ShardPart part{std::move(name), count, rangeOf(share, count), itemNumbers(parts.fitted), {}};
  for (const Item& item : items) part.items.push_back(itemNumbers(item));
  return part;
}

std::string refitsName(const std::string& law) { return law + ": resamples"; }
std::string sidesName(const std::string& law) { return law + ": sides of profiles"; }

/// Refits have no numbers (no descent ended) or as many as the fit has.
bool arePartsOf(const std::string& law, const ShardPart& refits, const ShardPart& sides) {
  const auto fits = [&](const std::vector<double>& item) {
    return item.empty() || item.size() == refits.basis.size();
  };
  return refits.name == refitsName(law) && sides.name == sidesName(law) &&
         std::all_of(refits.items.begin(), refits.items.end(), fits) &&
         std::all_of(sides.items.begin(), sides.items.end(), isSide);
}

FitParts fitPartsOf(const ShardPart& refits, const ShardPart& sides) {
  FitParts parts;
  parts.fitted = coordinatesOf(refits.basis);
  parts.refit_count = refits.count;
  parts.side_count = sides.count;
  for (const std::vector<double>& item : refits.items) {
    parts.refits.push_back(coordinatesOf(item));
  }
  for (const std::vector<double>& item : sides.items) parts.sides.push_back(sideOf(item));
  return parts;
}

}  // namespace

Result<std::vector<ShardPart>> fitShardParts(const FitQuestion& question, const Share& share,
                                             std::stop_token stop, const ProgressSink& progress) {
  const auto shares = shareOfFit(question, share, stop, progress);
  if (!shares) return tl::unexpected(shares.error());
  std::vector<ShardPart> parts;
  for (std::size_t i = 0; i < shares->size(); ++i) {
    const FitParts& own = (*shares)[i];
    const std::string& law = question.laws[i];
    parts.push_back(fitPart(refitsName(law), own.refit_count, share, own, own.refits));
    parts.push_back(fitPart(sidesName(law), own.side_count, share, own, own.sides));
  }
  return parts;
}

Result<FitAnswer> joinedFit(const FitQuestion& question, const std::vector<ShardPart>& parts,
                            std::stop_token stop, const ProgressSink& progress) {
  std::vector<FitParts> laws;
  bool as_written = parts.size() == 2 * question.laws.size();
  for (std::size_t i = 0; i < question.laws.size() && as_written; ++i) {
    const ShardPart& refits = parts[2 * i];
    const ShardPart& sides = parts[2 * i + 1];
    as_written = arePartsOf(question.laws[i], refits, sides);
    if (as_written) laws.push_back(fitPartsOf(refits, sides));
  }
  if (!as_written)
    return fail(ErrorKind::kInput, "shards", "their parts are not those of a fit of these laws");
  return answerFit(question, laws, stop, progress);
}

}  // namespace moe
