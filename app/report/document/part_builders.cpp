#include "app/report/document/part_builders.h"

#include <fmt/format.h>

#include <sstream>

namespace moe::report {

std::string keyOf(const ProjectStep& step) {
  return fmt::format("{}_{}", stepKind(step.question), step.name);
}

std::string stepTitle(const ProjectStep& step) {
  std::string kind(stepKind(step.question));
  kind.front() = static_cast<char>(kind.front() - 'a' + 'A');
  return kind + " " + step.name;
}

std::string sentenceOf(std::string text) {
  if (text.empty()) return text;
  // The name of a file stays as it is spelled: "runs.csv:17: ...".
  const std::string first = text.substr(0, text.find(' '));
  const bool name = first.substr(0, first.size() - 1).find_first_of(".:/_") != std::string::npos;
  if (!name && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  if (text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text;
}

std::vector<std::string> unwrapped(const std::string& wrapped) {
  std::vector<std::string> paragraphs;
  std::istringstream lines(wrapped);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find_first_not_of(' ');
    if (at == std::string::npos) continue;
    if (at > 0 && !paragraphs.empty())
      paragraphs.back() += " " + line.substr(at);
    else
      paragraphs.push_back(line.substr(at));
  }
  return paragraphs;
}

void addTable(Section& section, std::string key, TextTable table) {
  if (!table.rows.empty()) section.blocks.push_back(TableBlock{std::move(key), std::move(table)});
}

void addFigure(Section& section, const std::string& prefix, PlotSpec plot, bool half) {
  plot.key = prefix + "_" + plot.key;
  section.blocks.push_back(Figure{std::move(plot), half});
}

void addWarnings(Section& section, const std::vector<Warning>& warnings, const std::string& title) {
  if (warnings.empty()) return;
  Callout callout{CalloutKind::kWarning, title, "", {}};
  for (const Warning& warning : warnings) callout.items.push_back(sentenceOf(warning.message));
  section.blocks.push_back(std::move(callout));
}

void addAdvice(Section& section, const std::vector<Advice>& advice) {
  if (advice.empty()) return;
  Callout callout{
      CalloutKind::kNote, "Advice of published designs, not checked here unless computed", "", {}};
  for (const Advice& piece : advice)
    callout.items.push_back(fmt::format("{} [{}{}].", piece.message,
                                        piece.basis == AdviceBasis::kComputed ? "computed: " : "",
                                        piece.source));
  section.blocks.push_back(std::move(callout));
}

void addFailures(const ReportSource& source, std::string_view kind, Section& section) {
  for (const AnsweredStep& step : source.answers) {
    if (step.answer || stepKind(step.step.question) != kind) continue;
    const std::string reason = step.skipped.empty() ? describe(step.answer.error()) : step.skipped;
    section.blocks.push_back(Callout{
        CalloutKind::kFailure, stepTitle(step.step) + " has no answer", sentenceOf(reason), {}});
  }
}

}  // namespace moe::report
