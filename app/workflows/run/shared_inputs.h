#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>

#include "app/workflows/fit_workflow.h"
#include "app/workflows/lifetime_workflow.h"
#include "app/workflows/plan_workflow.h"
#include "app/workflows/project/project.h"
#include "data/error.h"
#include "data/progress.h"
#include "data/training_run.h"

namespace moe {

/// Values that are computed once for all who ask with the same key. Who asks while it is being
/// computed waits. A value is kept until everyone who was announced for its key has finished.
template <class Value>
class SharedValues {
 public:
  using Shared = std::shared_ptr<const Result<Value>>;

  void announce(const std::string& key) {
    const std::lock_guard lock(mutex_);
    ++entries_[key].announced;
  }

  void finish(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && --found->second.announced <= 0) entries_.erase(found);
  }

  Shared get(const std::string& key, const std::function<Result<Value>()>& compute) {
    std::shared_ptr<Slot> slot;
    {
      const std::lock_guard lock(mutex_);
      std::shared_ptr<Slot>& kept = entries_[key].slot;
      if (!kept) kept = std::make_shared<Slot>();
      slot = kept;
    }
    const std::lock_guard one_computes(slot->mutex);
    if (!slot->value) slot->value = std::make_shared<const Result<Value>>(compute());
    return slot->value;
  }

 private:
  struct Slot {
    std::mutex mutex;
    Shared value;
  };
  struct Entry {
    int announced = 0;
    std::shared_ptr<Slot> slot;
  };

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

/// What steps of a project have in common: tables that are read once for all filters, chosen points
/// with the tries of other laws once for all fits of them, priced designs once for all budgets.
/// For several threads.
class SharedInputs {
 public:
  /// Announces the steps that will be answered; each must be finished by `finish`.
  SharedInputs(const Project& project, std::span<const ProjectStep> steps);

  void finish(const ProjectStep& step);

  /// Rows of the question's files, as readPoints.
  SharedValues<RunTable>::Shared table(const PointsQuestion& question);
  SharedValues<FitInputs>::Shared fit(const FitQuestion& question, std::stop_token stop,
                                      const ProgressSink& progress);
  /// `plan` is the step's, whose law is told by name; `question` is the same with the law's file.
  SharedValues<PlanInputs>::Shared plan(const ProjectPlan& plan, const PlanQuestion& question,
                                        std::stop_token stop, const ProgressSink& progress);
  SharedValues<LifetimeInputs>::Shared lifetime(const ProjectPlan& plan,
                                                const LifetimeQuestion& question,
                                                std::stop_token stop, const ProgressSink& progress);

 private:
  const Project& project_;
  SharedValues<RunTable> tables_;
  SharedValues<FitInputs> fits_;
  SharedValues<PlanInputs> plans_;
  SharedValues<LifetimeInputs> lifetimes_;
};

}  // namespace moe
