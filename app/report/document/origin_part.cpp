#include <fmt/format.h>

#include <algorithm>

#include "app/report/document/part_builders.h"

namespace moe::report {
namespace {

struct SourcesOf {
  template <class Answer>
  std::vector<std::string> operator()(const Answer& answer) const {
    return answer.sources;
  }
  std::vector<std::string> operator()(const FitAnswer& answer) const {
    std::vector<std::string> sources;
    for (const LawFit& fit : answer.fits)
      sources.push_back(fmt::format("law: {} [{}]", fit.fit.family->name, fit.fit.family->source));
    return sources;
  }
  std::vector<std::string> operator()(const CompareAnswer&) const { return {}; }
};

/// Sources of all answers, each once, in the order in which they first appear.
std::vector<std::string> allSources(const ReportSource& source) {
  std::vector<std::string> all;
  for (const AnsweredStep& step : source.answers) {
    if (!step.answer) continue;
    for (std::string& one : std::visit(SourcesOf{}, *step.answer))
      if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
  }
  return all;
}

/// Lines as sha256sum prints and checks them.
std::string hashLines(const std::vector<InputFile>& files) {
  std::string lines;
  for (const InputFile& file : files)
    if (!file.sha256.empty())
      lines += fmt::format("{}{}  {}", lines.empty() ? "" : "\n", file.sha256, file.path);
  return lines;
}

std::string withoutEndLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

void addOriginPart(const ReportSource& source, Section& section) {
  const ReportOrigin& origin = source.origin;
  const Project& project = source.project;
  FactSheet sheet{"origin", {}};
  const auto add = [&](const char* name, const std::string& value, const char* detail) {
    if (!value.empty()) sheet.facts.push_back({name, value, detail});
  };
  add("Program", origin.program, "");
  add("Build", origin.build, "");
  add("Project", origin.project_file.filename().string(), "its questions stand below");
  add("Seed", fmt::to_string(project.seed), "of everything random; equal seeds, equal results");
  add("Threads",
      project.threads == 0 ? "as many as the machine has" : fmt::to_string(project.threads),
      "the answers do not depend on their number");
  add("Date", origin.date, "as stated, not read from a clock");
  section.blocks.push_back(std::move(sheet));
  if (!origin.command.empty()) {
    section.blocks.push_back(Paragraph{"This command makes the report again:"});
    section.blocks.push_back(Verbatim{origin.command});
  }
  if (const std::string hashes = hashLines(source.evidence.files); !hashes.empty()) {
    section.blocks.push_back(
        Paragraph{"Inputs, as sha256sum --check reads them in the project's folder:"});
    section.blocks.push_back(Verbatim{hashes});
  }
  section.blocks.push_back(Paragraph{"What was asked, without what equals the defaults:"});
  section.blocks.push_back(
      Verbatim{withoutEndLine(projectText(project, origin.project_file.parent_path()))});
  std::vector<std::string> sources = allSources(source);
  if (sources.empty()) return;
  section.blocks.push_back(Subheading{"Sources"});
  section.blocks.push_back(BulletList{std::move(sources)});
}

}  // namespace moe::report
