#include "app/workflows/validate_groups.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

#include "data/nearest_name.h"

namespace moe {
namespace {

constexpr PointKey kKeys[] = {PointKey::kModel,   PointKey::kHardware, PointKey::kEngine,
                              PointKey::kWeights, PointKey::kVersion,  PointKey::kConcurrency};

/// The value of a key, and before it where it stands among others that do not sort as text.
using KeyValue = std::pair<std::size_t, std::string>;

KeyValue valueOf(const PredictedPoint& point, PointKey key) {
  const ServingMeasurement& measured = point.measured;
  switch (key) {
    case PointKey::kModel:
      return {0, point.model};
    case PointKey::kHardware:
      return {0, point.hardware};
    case PointKey::kEngine:
      return {0, measured.engine};
    case PointKey::kWeights:
      return {0, measured.weights};
    case PointKey::kVersion:
      return {0, measured.engine_version.empty() ? "not stated" : measured.engine_version};
    case PointKey::kConcurrency: {
      const std::size_t place = concurrencyClass(measured.concurrency);
      return {place, concurrencyClassName(place)};
    }
  }
  require(false, "unknown key of points");
  return {};
}

}  // namespace

std::string_view name(PointKey key) {
  switch (key) {
    case PointKey::kModel:
      return "model";
    case PointKey::kHardware:
      return "hardware";
    case PointKey::kEngine:
      return "engine";
    case PointKey::kWeights:
      return "weights";
    case PointKey::kVersion:
      return "version";
    case PointKey::kConcurrency:
      return "concurrency";
  }
  require(false, "unknown key of points");
  return {};
}

Result<std::vector<PointKey>> pointKeysOf(const std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const PointKey key : kKeys) known.emplace_back(name(key));
  std::vector<PointKey> keys;
  for (const std::string& word : words) {
    const auto found = std::find(known.begin(), known.end(), word);
    if (found == known.end())
      return fail(ErrorKind::kUsage, "--by",
                  fmt::format("'{}' is not known; {}", word, didYouMean(word, known)));
    const PointKey key = kKeys[found - known.begin()];
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

ValidatedGroup validatedGroup(std::string name, const PointSet& points) {
  const PointSet core = filtered(points, [](const PredictedPoint& p) { return p.measured.core; });
  ValidatedGroup group;
  group.accuracy = accuracyOf(name, points, shippedConstants());
  group.coverage = coverageOf(points);
  group.core = accuracyOf(std::move(name), core, shippedConstants());
  return group;
}

std::vector<ValidatedGroup> validatedGroups(const PointSet& points,
                                            const std::vector<PointKey>& keys) {
  std::map<std::vector<KeyValue>, PointSet> members;
  for (const PredictedPoint* point : points) {
    std::vector<KeyValue> values;
    for (const PointKey key : keys) values.push_back(valueOf(*point, key));
    members[values].push_back(point);
  }
  std::vector<ValidatedGroup> groups;
  for (const auto& [values, own] : members) {
    std::vector<std::string> words;
    for (const auto& [place, word] : values) words.push_back(word);
    groups.push_back(validatedGroup(fmt::format("{}", fmt::join(words, ", ")), own));
    groups.back().values = std::move(words);
  }
  return groups;
}

}  // namespace moe
