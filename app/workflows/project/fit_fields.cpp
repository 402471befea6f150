#include "app/workflows/project/question_fields.h"

namespace moe {
namespace {

constexpr QuestionField<PointsQuestion> kPointsFields[] = {
    {"files", "Tables of runs: CSV, TSV, JSON, JSONL, also gzip",
     [](PointsQuestion& q) -> FieldPlace { return &q.files; }, PathKind::kFile},
    {"map", "Columns by role: n=COL,d=COL,e=COL,k=COL,g=COL,loss=COL,run=COL,step=COL",
     [](PointsQuestion& q) -> FieldPlace { return &q.map; }},
    {"filters", "Rows to keep: COLUMN=A,B  COLUMN!=A  COLUMN>X (also >=, <, <=)",
     [](PointsQuestion& q) -> FieldPlace { return &q.filters; }},
    {"exclude_runs", "Runs to leave out, by run_id",
     [](PointsQuestion& q) -> FieldPlace { return &q.exclude_runs; }},
    {"drop_highest_loss", "Leave out the K worst losses",
     [](PointsQuestion& q) -> FieldPlace { return &q.drop_highest_loss; }},
    {"curve",
     "Points of a run with several rows: last (when absent), all, or LO..HI as shares of its "
     "schedule",
     [](PointsQuestion& q) -> FieldPlace { return &q.curve; }},
    {"n_is", "What N counts: dense, active or total; as the files say when absent",
     [](PointsQuestion& q) -> FieldPlace { return &q.params_are; }},
    {"skip_bad", "List bad rows in the result instead of stopping",
     [](PointsQuestion& q) -> FieldPlace { return &q.skip_bad; }},
};

constexpr QuestionField<FitQuestion> kFitFields[] = {
    {"laws", "Laws to fit, see catalog laws; chinchilla when absent",
     [](FitQuestion& q) -> FieldPlace { return &q.laws; }},
    {"objective", "huber or l2, on ln L; huber-raw or l2-raw, on L in nats; huber when absent",
     [](FitQuestion& q) -> FieldPlace { return &q.objective; }},
    {"delta", "Huber's delta; 1e-3 when absent",
     [](FitQuestion& q) -> FieldPlace { return &q.delta; }},
    {"unbounded", "Let exponents take any sign",
     [](FitQuestion& q) -> FieldPlace { return &q.unbounded; }},
    {"fix", "Parameters held at values: omega=0",
     [](FitQuestion& q) -> FieldPlace { return &q.fixed; }},
    {"reduce", "Hold what these runs cannot tell; keep E = 1 for a law without experts",
     [](FitQuestion& q) -> FieldPlace { return &q.reduce; }},
    {"search",
     "auto (global, by variable projection, when absent) or grid (the classic 4500 starts)",
     [](FitQuestion& q) -> FieldPlace { return &q.search; }},
    {"confirm", "Random starts of a second search; none when absent",
     [](FitQuestion& q) -> FieldPlace { return &q.confirm; }},
    {"study", "Profiles, residuals, influence, other laws: auto (when absent), full, none",
     [](FitQuestion& q) -> FieldPlace { return &q.study; }},
    {"bootstrap", "Resamples of whole runs for the intervals; 200 when absent, 0 for none",
     [](FitQuestion& q) -> FieldPlace { return &q.bootstrap; }},
    {"bootstrap_by", "Column whose equal values are resampled together; runs when absent",
     [](FitQuestion& q) -> FieldPlace { return &q.bootstrap_by; }},
    {"hold_out", "Refit without these runs and predict them: largest:20%, or a filter",
     [](FitQuestion& q) -> FieldPlace { return &q.hold_out; }},
    {"suggest_runs", "Further runs to suggest that tell most about the target",
     [](FitQuestion& q) -> FieldPlace { return &q.suggest_runs; }},
    {"suggest_budget_flop", "FLOP for those runs together; what the runs cost when absent",
     [](FitQuestion& q) -> FieldPlace { return &q.suggest_budget_flop; }},
    {"target", "The model whose loss matters: n=1e10,d=2e12,e=64",
     [](FitQuestion& q) -> FieldPlace { return &q.target; }},
};

constexpr QuestionField<CompareQuestion> kCompareFields[] = {
    {"laws", "Laws to compare; every family when absent",
     [](CompareQuestion& q) -> FieldPlace { return &q.laws; }},
    {"objective", "huber (when absent), l2, huber-raw or l2-raw",
     [](CompareQuestion& q) -> FieldPlace { return &q.objective; }},
    {"delta", "Huber's delta; 1e-3 when absent",
     [](CompareQuestion& q) -> FieldPlace { return &q.delta; }},
    {"unbounded", "Let exponents take any sign",
     [](CompareQuestion& q) -> FieldPlace { return &q.unbounded; }},
    {"reduce", "Hold what these runs cannot tell",
     [](CompareQuestion& q) -> FieldPlace { return &q.reduce; }},
    {"hold_out", "Runs to predict unseen: largest:20% when absent",
     [](CompareQuestion& q) -> FieldPlace { return &q.hold_out; }},
    {"folds", "Of the cross-validation; 10 when absent, 0 for none",
     [](CompareQuestion& q) -> FieldPlace { return &q.folds; }},
};

}  // namespace

std::span<const QuestionField<PointsQuestion>> fieldsOf(const PointsQuestion*) {
  return kPointsFields;
}

std::span<const QuestionField<FitQuestion>> fieldsOf(const FitQuestion*) { return kFitFields; }

std::span<const QuestionField<CompareQuestion>> fieldsOf(const CompareQuestion*) {
  return kCompareFields;
}

}  // namespace moe
