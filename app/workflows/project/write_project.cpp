#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "app/workflows/project/project.h"
#include "app/workflows/project/project_paths.h"
#include "app/workflows/project/question_fields.h"
#include "data/numbers.h"
#include "data/toml_text.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

std::string valueText(double value) { return exactNumber(value); }
std::string valueText(bool value) { return value ? "true" : "false"; }
std::string valueText(int value) { return fmt::to_string(value); }
std::string valueText(std::size_t value) { return fmt::to_string(value); }
std::string valueText(const std::string& value) { return quotedToml(value); }
std::string valueText(Precision value) { return quotedToml(name(value)); }
std::string valueText(Recompute value) { return quotedToml(name(value)); }

template <class Value>
std::string valueText(const std::optional<Value>& value) {
  return valueText(value.value());
}

template <class Value>
std::string valueText(const std::vector<Value>& values) {
  std::string text = "[";
  for (const Value& value : values) {
    if (text.size() > 1) text += ", ";
    text += valueText(value);
  }
  return text + "]";
}

void asProjectStates(FieldPlace place, PathKind kind, const fs::path& folder) {
  const auto state = [&](std::string& text) {
    if (isPath(kind, text)) text = pathForProject(folder, text);
  };
  if (auto* text = std::get_if<std::string*>(&place)) state(**text);
  if (auto* texts = std::get_if<std::vector<std::string>*>(&place))
    for (std::string& text : **texts) state(text);
}

class ProjectWriter {
 public:
  explicit ProjectWriter(fs::path folder) : folder_(std::move(folder)) {}

  void heading(std::string_view kind, std::string_view name) {
    text_ += fmt::format("\n[{}.{}]\n", kind, plainOrQuoted(name));
  }
  void line(std::string_view key, const std::string& value) {
    text_ += fmt::format("{} = {}\n", key, value);
  }
  void words(std::string_view key, const std::string& value) {
    if (!value.empty()) line(key, quotedToml(value));
  }

  /// The fields whose values are not the defaults of the question.
  template <class Question>
  void fields(Question question) {
    Question defaults;
    for (const auto& field : fieldsOf(&question)) {
      const FieldPlace place = field.place(question);
      const FieldPlace usual = field.place(defaults);
      std::visit(
          [&](auto* value) {
            const auto* without = std::get<std::decay_t<decltype(value)>>(usual);
            if (*value == *without) return;
            asProjectStates(place, field.path, folder_);
            line(field.key, valueText(*value));
          },
          place);
    }
  }

  std::string text() && { return std::move(text_); }

 private:
  /// A dot in a name would begin a table inside.
  static std::string plainOrQuoted(std::string_view name) {
    return name.find('.') == name.npos ? std::string(name) : quotedToml(name);
  }

  fs::path folder_;
  std::string text_;
};

struct StepWriter {
  ProjectWriter& out;

  void operator()(const ProjectFit& fit) {
    out.words("runs", fit.runs);
    out.fields(fit.question);
  }
  void operator()(const ProjectComparison& comparison) {
    out.words("runs", comparison.runs);
    out.fields(comparison.question);
  }
  void operator()(const CostRequest& request) { out.fields(request); }
  void operator()(const TrainingCostRequest& request) { out.fields(request); }
  void operator()(const AdaptRequest& request) { out.fields(request); }
  void operator()(const ProjectPlan& plan) {
    out.words("law", plan.law);
    out.words("mode", plan.mode);
    std::visit([&](const auto& question) { out.fields(question); }, plan.question);
  }
};

void writeReport(ProjectWriter& out, const ProjectReport& report) {
  if (report.title.empty() && report.question.empty() && report.parts.empty()) return;
  out.line("\n[report]\ntitle", quotedToml(report.title));
  out.words("question", report.question);
  if (!report.parts.empty()) out.line("parts", valueText(report.parts));
}

}  // namespace

std::string pointsText(const PointsQuestion& points, const fs::path& folder) {
  ProjectWriter out(folder);
  out.fields(points);
  return std::move(out).text();
}

std::string questionText(const StepQuestion& question, const fs::path& folder) {
  ProjectWriter out(folder);
  std::visit(StepWriter{out}, question);
  return std::move(out).text();
}

std::string projectText(const Project& project, const fs::path& folder) {
  ProjectWriter out(folder);
  out.line("format", "1");
  out.words("title", project.title);
  out.words("notes", project.notes);
  if (project.seed != 0) out.line("seed", fmt::to_string(project.seed));
  if (project.threads != 0) out.line("threads", fmt::to_string(project.threads));
  if (!project.catalog_dir.empty())
    out.words("catalog", pathForProject(folder, project.catalog_dir));
  for (const ProjectRuns& runs : project.runs) {
    out.heading("runs", runs.name);
    out.fields(runs.points);
  }
  for (const ProjectStep& step : project.steps) {
    out.heading(stepKind(step.question), step.name);
    std::visit(StepWriter{out}, step.question);
  }
  writeReport(out, project.report);
  return std::move(out).text();
}

}  // namespace moe
