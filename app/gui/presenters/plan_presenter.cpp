#include "app/gui/presenters/plan_presenter.h"

#include <algorithm>

#include "app/gui/presenters/kept_plan.h"

namespace moe {
namespace {

bool isPlan(const ProjectStep& step) { return std::holds_alternative<ProjectPlan>(step.question); }

std::optional<report::PlotSpec> withKept(const std::optional<report::PlotSpec>& plot,
                                         const std::optional<report::PlotSpec>& kept) {
  return plot && kept ? moe::withKept(*plot, *kept) : plot;
}

}  // namespace

void PlanPresenter::opened() {
  known_ = {};
  picture_.reset();
  kept_.reset();
  details_ = kept_details_ = {};
  name_.clear();
  view_.showKept("");
}

void PlanPresenter::projectChanged(const Project& project) {
  project_ = project;
  const auto named = [&](const ProjectStep& step) { return isPlan(step) && step.name == name_; };
  auto step = std::find_if(project.steps.begin(), project.steps.end(), named);
  if (step == project.steps.end())
    step = std::find_if(project.steps.begin(), project.steps.end(), isPlan);
  if (step == project.steps.end()) {
    name_ = "plan";
    state_ = firstPlan(project);
  } else {
    name_ = step->name;
    const PlanState before = std::move(state_);
    state_ = stateOf(std::get<ProjectPlan>(step->question));
    // What the mode does not ask stays for when one comes back to it.
    if (state_.overLife())
      state_.budgeted = before.budgeted;
    else
      state_.lifetime = before.lifetime;
  }
  view_.showQuestion();
}

std::vector<std::string> PlanPresenter::planNames() const {
  std::vector<std::string> names;
  for (const ProjectStep& step : project_.steps)
    if (isPlan(step)) names.push_back(step.name);
  return names;
}

void PlanPresenter::choosePlan(const std::string& name) {
  name_ = name;
  projectChanged(Project(project_));
}

Project PlanPresenter::withQuestion(Project project) const {
  for (ProjectStep& step : project.steps) {
    if (step.name != name_ || !isPlan(step)) continue;
    step.question = planOf(state_);
    return project;
  }
  project.steps.push_back({name_, planOf(state_), 0});
  return project;
}

std::optional<ProjectPlan> PlanPresenter::toAsk() {
  if (!lawOf(state_)) {
    view_.showNoLaw(
        "A plan needs a law: how the loss falls with size, data and experts.\n\nFit your own runs "
        "on the page Fit, or choose a published law on the left to look around.",
        "");
    return std::nullopt;
  }
  ProjectPlan plan = planQuestion(project_, planOf(state_));
  if (plan.law.empty()) return plan;
  const std::string file = law_file_(plan.law);
  if (file.empty()) {
    view_.showNoLaw("This plan rests on the fit '" + plan.law +
                        "', which has not run yet.\n\nRun it on the page Fit; the plan follows by "
                        "itself. Or choose another law on the left.",
                    plan.law);
    return std::nullopt;
  }
  std::visit(
      [&](auto& question) {
        question.law_file = file;
        question.preset.clear();
      },
      plan.question);
  return plan;
}

void PlanPresenter::answered(const Result<std::shared_ptr<const PlanPicture>>& picture) {
  if (!picture) {
    if (picture.error().kind != ErrorKind::kCancelled) view_.showProblem(describe(picture.error()));
    return;
  }
  picture_ = *picture;
  known_ = picture_->known;
  show();
}

void PlanPresenter::show() {
  view_.showHeadline(planHeadline(*picture_), planDetail(*picture_));
  view_.showCurves(kept_ ? moe::withKept(picture_->curves, kept_->curves) : picture_->curves);
  view_.showTable(planTableData(*picture_, kept_.get()));
  view_.showWarnings(planWarnings(*picture_));
  view_.showKept(kept_ ? keptSentence(*picture_, *kept_) : "");
}

void PlanPresenter::detailed(const PlanDetails& details) {
  details_ = details;
  view_.showDetails({withKept(details.map, kept_details_.map),
                     withKept(details.over_training, kept_details_.over_training)});
}

void PlanPresenter::tornadoMade(const report::PlotSpec& plot) { view_.showTornado(plot); }

void PlanPresenter::keep() {
  if (!picture_ || picture_->sketch) return;
  kept_ = picture_;
  kept_details_ = planDetails(*picture_);
  show();
  detailed(PlanDetails(details_));
}

void PlanPresenter::forgetKept() {
  kept_.reset();
  kept_details_ = {};
  if (!picture_) return view_.showKept("");
  show();
  detailed(PlanDetails(details_));
}

const std::vector<std::string_view>& PlanPresenter::basicKeys(bool over_life) {
  static const std::vector<std::string_view> kBudgeted{"hardware", "cost_preset", "experts",
                                                       "base_experts", "shape"};
  static const std::vector<std::string_view> kLifetime{"hardware", "experts", "weights",
                                                       "tpot_limit_s", "max_train_days"};
  return over_life ? kLifetime : kBudgeted;
}

const std::vector<std::string_view>& PlanPresenter::furtherKeys(bool over_life) {
  static const std::vector<std::string_view> kBudgeted{"train_flop_factor",
                                                       "usd_per_device_hour",
                                                       "max_concurrency",
                                                       "training_hardware",
                                                       "training_mfu",
                                                       "training_usd_per_device_hour",
                                                       "draws"};
  static const std::vector<std::string_view> kLifetime{"top_k",
                                                       "granularity",
                                                       "shape",
                                                       "model_template",
                                                       "models",
                                                       "cost_preset",
                                                       "flop_prices",
                                                       "devices",
                                                       "parallelism",
                                                       "engine",
                                                       "kv_cache",
                                                       "router_skew",
                                                       "ttft_limit_s",
                                                       "max_concurrency",
                                                       "usd_per_device_hour",
                                                       "total_usd",
                                                       "training_hardware",
                                                       "training_devices",
                                                       "training_mfu",
                                                       "training_usd_per_device_hour",
                                                       "unique_tokens",
                                                       "max_train_tokens",
                                                       "max_tokens_per_param",
                                                       "other_law_file",
                                                       "sensitivity",
                                                       "draws"};
  return over_life ? kLifetime : kBudgeted;
}

}  // namespace moe
