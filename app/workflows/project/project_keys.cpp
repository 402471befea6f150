#include <fmt/format.h>

#include "app/workflows/project/project.h"
#include "app/workflows/project/question_fields.h"

namespace moe {
namespace {

struct KindName {
  std::string operator()(bool*) const { return "true or false"; }
  std::string operator()(int*) const { return "whole number"; }
  std::string operator()(std::size_t*) const { return "whole number"; }
  std::string operator()(double*) const { return "number"; }
  std::string operator()(std::string*) const { return "text"; }
  std::string operator()(Precision*) const { return "precision"; }
  std::string operator()(Recompute*) const { return "text"; }
  template <class Value>
  std::string operator()(std::optional<Value>*) const {
    return (*this)(static_cast<Value*>(nullptr));
  }
  template <class Value>
  std::string operator()(std::vector<Value>*) const {
    return "list of " + (*this)(static_cast<Value*>(nullptr));
  }
};

template <class Question>
std::string keysTable(std::string_view heading, std::string_view what) {
  std::string page =
      fmt::format("\n## {}\n\n{}\n\n| key | value | meaning |\n|---|---|---|\n", heading, what);
  Question question;
  for (const auto& field : fieldsOf(&question))
    page += fmt::format("| `{}` | {}{} | {} |\n", field.key, kindOfField(field.place(question)),
                        field.path == PathKind::kFile ? " (path)" : "", field.help);
  return page;
}

constexpr std::string_view kTop = R"(# Keys of a project file

A project is TOML: what is asked, no answers. Paths are relative to the folder of the file. A list of
one may be written without brackets. `moeplan run` and the window read the same file. This page is
written by the program; a test holds it against the keys that are read.

| key | value | meaning |
|---|---|---|
| `format` | whole number | 1 |
| `title` | text | of the project |
| `notes` | text | for people |
| `seed` | whole number | of everything random; 0 when absent; equal seeds, equal results |
| `threads` | whole number | as many as the machine has when absent |
| `catalog` | text (path) | folder with models.toml and hardware.toml of your own |
| `[report]` | table | `title`, `question` (a sentence), `parts` (all of answer, data, fit, plan, cost, adapt, accuracy, assumptions, unknown, origin when absent); `moeplan run` writes a report where it stands |
| `[runs.NAME]` .. `[adapt.NAME]` | tables | below; NAME may hold letters, digits, '-', '_', '.' |

## Many steps from one table

`each` in a table makes one of every combination of the values that it lists for other keys, so that 200
fits need no 200 tables:

    [runs.gemstones]
    files = "gemstones.csv"
    each = {filters = {all = [], wide = "width>=1024", deep = "depth>=20"}}

    [fit.law]
    each = {runs = "gemstones-*", laws = ["chinchilla", "gadre2024"]}
    bootstrap = 1000

Three tables of runs, gemstones-all and so on, and six fits: law-gemstones-all-chinchilla to
law-gemstones-deep-gadre2024. Any key of the table but `mode` may vary; the last one changes fastest. A
value that is a list stands in brackets of its own. A table NAME = value says how the steps are called;
without it they are called after the value, with '_' for what cannot stand in a name ('params>1e9' is
params_above_1e9). In `runs` and `law`, '*' and '?' stand for any text and any character of the names in
this project. A program that writes the project anew writes the steps one by one.
)";

}  // namespace

std::string kindOfField(const FieldPlace& place) { return std::visit(KindName{}, place); }

std::string projectKeysPage() {
  std::string page(kTop);
  page += keysTable<PointsQuestion>("[runs.NAME]", "A table of training runs.");
  page += keysTable<FitQuestion>("[fit.NAME]",
                                 "A law fitted to runs. `runs` names the [runs.NAME] to take.");
  page += keysTable<CompareQuestion>(
      "[compare.NAME]", "Which law the runs follow. `runs` names the [runs.NAME] to take.");
  page += keysTable<CostRequest>("[cost.NAME]", "What a token costs.");
  page += keysTable<TrainingCostRequest>("[training.NAME]", "What a training run costs.");
  page += keysTable<PlanQuestion>(
      "[plan.NAME] with mode loss-optimal, min-cost or min-loss",
      "`mode` is min-cost when absent. `law` names a [fit.NAME], as NAME or NAME:law.");
  page += keysTable<LifetimeQuestion>("[plan.NAME] with mode lifetime or pareto",
                                      "`law` names a [fit.NAME], as NAME or NAME:law.");
  page += keysTable<AdaptRequest>("[adapt.NAME]", "What adapting a model to a task takes.");
  return page;
}

}  // namespace moe
