#pragma once

#include <span>

#include "app/workflows/adapt_request.h"
#include "app/workflows/compare_workflow.h"
#include "app/workflows/cost_workflow.h"
#include "app/workflows/fit_workflow.h"
#include "app/workflows/lifetime_question.h"
#include "app/workflows/plan_workflow.h"
#include "app/workflows/project/question_field.h"
#include "app/workflows/run_points.h"
#include "app/workflows/training_cost_workflow.h"

namespace moe {

/// The keys of each kind of table in a project file, in the order in which they are written. Seed,
/// threads and catalog belong to the project as a whole and are not among them; nor are files to
/// write, since results go into the project's folder of results.
std::span<const QuestionField<PointsQuestion>> fieldsOf(const PointsQuestion*);
std::span<const QuestionField<FitQuestion>> fieldsOf(const FitQuestion*);
std::span<const QuestionField<CompareQuestion>> fieldsOf(const CompareQuestion*);
std::span<const QuestionField<CostRequest>> fieldsOf(const CostRequest*);
std::span<const QuestionField<TrainingCostRequest>> fieldsOf(const TrainingCostRequest*);
std::span<const QuestionField<PlanQuestion>> fieldsOf(const PlanQuestion*);
std::span<const QuestionField<LifetimeQuestion>> fieldsOf(const LifetimeQuestion*);
std::span<const QuestionField<AdaptRequest>> fieldsOf(const AdaptRequest*);

/// What a key takes, in words: "whole number", "list of text".
std::string kindOfField(const FieldPlace& place);

}  // namespace moe
