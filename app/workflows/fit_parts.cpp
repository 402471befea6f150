#include "app/workflows/fit_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <numeric>

#include "data/nearest_name.h"
#include "fitting/trust/bootstrap.h"

namespace moe {

namespace {

/// All of the answer's points; of a law without experts, when reduced, those with E = 1.
Result<FittedPoints> pointsFor(const LawFamily& family, const FitPlan& plan,
                               const FitAnswer& answer) {
  FittedPoints points{answer.points.table, answer.points.run_of_row, {}};
  points.rows.resize(points.table.runs.size());
  std::iota(points.rows.begin(), points.rows.end(), std::size_t{0});
  if (!plan.fit.reduce || family.dependsOnExperts()) return points;
  const auto dense = [&](std::size_t row) { return answer.points.table.runs[row].experts == 1; };
  const auto kept =
      static_cast<std::size_t>(std::count_if(points.rows.begin(), points.rows.end(), dense));
  const bool one_count = answer.data.experts.low == answer.data.experts.high;
  if (kept == points.rows.size() || one_count) return points;
  if (kept == 0) {
    return fail(ErrorKind::kInput, std::string(family.name),
                "--reduce keeps the runs with E = 1, and there are none; keep one expert count "
                "with --filter experts=8, or take an expert-aware law");
  }
  std::erase_if(points.rows, [&](std::size_t row) { return !dense(row); });
  points.table = answer.points.table.select(points.rows);
  points.run_of_row.clear();
  for (const std::size_t row : points.rows) {
    points.run_of_row.push_back(answer.points.run_of_row[row]);
  }
  return points;
}

/// The groups that are resampled and left out together: runs, or rows of one value of a column.
Result<std::vector<std::size_t>> groupsOf(const FittedPoints& points, const std::string& column) {
  if (column.empty()) return points.run_of_row;
  const TagColumn* tag = points.table.tag(column);
  if (tag == nullptr) {
    std::vector<std::string> names;
    for (const TagColumn& other : points.table.tags) names.push_back(other.name);
    return fail(
        ErrorKind::kInput, "--bootstrap-by",
        fmt::format("the runs have no column '{}'; {}", column,
                    names.empty() ? "they have no further columns" : didYouMean(column, names)));
  }
  std::map<std::string, std::size_t> number;
  std::vector<std::size_t> groups;
  for (const std::string& value : tag->values) {
    groups.push_back(number.emplace(value, number.size()).first->second);
  }
  return groups;
}

std::size_t sideCount(const FittedLaw& fitted, const FitPlan& plan, const FitQuestion& question) {
  const StudyRequest study{&fitted.data, plan.fit, plan.study, question.seed};
  return wantsProfiles(study) ? profileSideCount(fitted.fit) : 0;
}

}  // namespace

ProgressSink stageOf(const LawFamily& family, const ProgressSink& progress) {
  if (!progress) return {};
  return [&family, progress](std::string_view what, double fraction) {
    progress(fmt::format("{}: {}", family.name, what), fraction);
  };
}

Result<FittedLaw> fittedLaw(const LawFamily& family, const FitPlan& plan, const FitAnswer& answer,
                            std::stop_token stop, const ProgressSink& progress) {
  auto points = pointsFor(family, plan, answer);
  if (!points) return tl::unexpected(points.error());
  const auto groups = groupsOf(*points, answer.question.bootstrap_by);
  if (!groups) return tl::unexpected(groups.error());
  FitData data = FitData::of(points->table.runs, *groups);
  auto fit = fitLaw(family, data, plan.fit, stop, progress);
  if (!fit) return tl::unexpected(fit.error());
  return FittedLaw{std::move(*points), std::move(data), std::move(*fit)};
}

FitParts partsOfLaw(const FittedLaw& fitted, const FitPlan& plan, const FitQuestion& question,
                    const Share& share, std::stop_token stop, const ProgressSink& progress) {
  FitParts parts;
  parts.fitted = fitted.fit.coordinates;
  parts.refit_count = question.bootstrap;
  parts.side_count = sideCount(fitted, plan, question);
  parts.refits = resampleRefits(fitted.data, plan.fit,
                                {.resamples = question.bootstrap, .seed = question.seed},
                                fitted.fit, rangeOf(share, parts.refit_count), stop, progress);
  parts.sides = profileSides(fitted.data, plan.fit, fitted.fit, {},
                             rangeOf(share, parts.side_count), stop, progress);
  if (stop.stop_requested()) parts.sides.clear();
  return parts;
}

Result<void> checkParts(const FitParts& parts, const FittedLaw& fitted, const FitPlan& plan,
                        const FitQuestion& question) {
  const std::string law(fitted.fit.family->name);
  const Eigen::VectorXd& own = fitted.fit.coordinates;
  const auto same_bits = [](double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  };
  if (!std::equal(parts.fitted.begin(), parts.fitted.end(), own.begin(), own.end(), same_bits)) {
    return fail(ErrorKind::kInput, law,
                "the fit that the shards start from has other last bits than the one made here: "
                "merge on a machine like those of the shards (same program, C library and kind of "
                "processor)");
  }
  const bool whole = parts.refits.size() == question.bootstrap &&
                     parts.sides.size() == sideCount(fitted, plan, question);
  if (whole) return {};
  return fail(ErrorKind::kInput, law, "the shards do not hold all resamples and profiles");
}

}  // namespace moe
