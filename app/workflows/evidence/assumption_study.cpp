#include "app/workflows/evidence/assumption_study.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "data/parallel.h"

namespace moe {
namespace {

/// How far a row moves the figure: in logarithms for prices, else in its unit.
double swingOf(const AssumptionStudy& study, const AssumptionRow& row) {
  double swing = 0;
  for (const AssumptionEnd& end : row.ends) {
    if (!end.problem.empty()) continue;
    const double moved = study.logarithmic ? std::log(end.answer.figure / study.base.figure)
                                           : end.answer.figure - study.base.figure;
    if (std::isfinite(moved)) swing = std::max(swing, std::abs(moved));
  }
  return swing;
}

bool changesChoice(const AssumptionRow& row) {
  return std::any_of(row.ends.begin(), row.ends.end(),
                     [](const AssumptionEnd& end) { return end.choice_changed; });
}

AssumptionEnd endOf(const TriedValue& tried, const Result<AnswerInShort>& answer,
                    const AnswerInShort& base) {
  AssumptionEnd end{tried.value, "", {}, false};
  if (!answer) {
    end.problem = describe(answer.error());
    return end;
  }
  end.answer = *answer;
  end.choice_changed = answer->choice != base.choice;
  return end;
}

struct Place {
  std::size_t row = 0;
  const TriedValue* tried = nullptr;
};

}  // namespace

Result<AssumptionStudy> studyAssumptions(AssumptionStudy study,
                                         const std::vector<TriedAssumption>& tried, int threads,
                                         std::stop_token stop, const ProgressSink& progress) {
  std::vector<Place> places;
  for (const TriedAssumption& one : tried) {
    for (const TriedValue& value : one.values) places.push_back({study.rows.size(), &value});
    study.rows.push_back({one.name, one.taken, {}});
  }
  std::vector<AssumptionEnd> ends(places.size());
  std::mutex mutex;
  std::size_t done = 0;
  parallelFor(places.size(), threads, stop, [&](std::size_t index, std::size_t) {
    ends[index] = endOf(*places[index].tried, places[index].tried->answer(), study.base);
    const std::lock_guard lock(mutex);
    ++done;
    if (progress)
      progress("moving assumptions",
               static_cast<double>(done) / static_cast<double>(places.size()));
  });
  if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "", "");
  for (std::size_t i = 0; i < places.size(); ++i)
    study.rows[places[i].row].ends.push_back(std::move(ends[i]));
  std::stable_sort(study.rows.begin(), study.rows.end(),
                   [&](const AssumptionRow& a, const AssumptionRow& b) {
                     if (changesChoice(a) != changesChoice(b)) return changesChoice(a);
                     return swingOf(study, a) > swingOf(study, b);
                   });
  return study;
}

}  // namespace moe
