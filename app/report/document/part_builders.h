#pragma once

// Internal to this folder: one function per part of a report.

#include <string>
#include <string_view>
#include <vector>

#include "app/report/document/report_document.h"
#include "costmodel/advice/advice.h"

namespace moe::report {

void addAnswerPart(const ReportSource& source, Section& section);
void addDataPart(const ReportSource& source, Section& section);
void addFitPart(const ReportSource& source, Section& section);
void addPlanPart(const ReportSource& source, Section& section);
void addCostPart(const ReportSource& source, Section& section);
void addAdaptPart(const ReportSource& source, Section& section);
void addAccuracyPart(const ReportSource& source, Section& section);
void addAssumptionsPart(const ReportSource& source, Section& section);
void addUnknownPart(const ReportSource& source, Section& section);
void addOriginPart(const ReportSource& source, Section& section);

/// The answer of a step as one of the kinds, or nullptr.
template <class Answer>
const Answer* answerOf(const AnsweredStep& step) {
  return step.answer ? std::get_if<Answer>(&*step.answer) : nullptr;
}

/// Calls visit(step, answer, evidence) for every answer of one kind, in the project's order.
template <class Answer, class Visit>
void eachAnswer(const ReportSource& source, const Visit& visit) {
  for (std::size_t i = 0; i < source.answers.size(); ++i)
    if (const Answer* answer = answerOf<Answer>(source.answers[i]))
      visit(source.answers[i].step, *answer, source.evidence.steps[i]);
}

/// "fit_routed": begins the keys of a step's tables and plots.
std::string keyOf(const ProjectStep& step);

/// "Plan serve_cheaper".
std::string stepTitle(const ProjectStep& step);

/// With a capital letter at the beginning and a full stop at the end.
std::string sentenceOf(std::string text);

/// Lines wrapped for a terminal, each later one indented, as one text per paragraph.
std::vector<std::string> unwrapped(const std::string& wrapped);

/// A table under a key; nothing without rows.
void addTable(Section& section, std::string key, TextTable table);

/// A plot under a key that begins with the step's.
void addFigure(Section& section, const std::string& prefix, PlotSpec plot, bool half = false);

/// All warnings in one frame; nothing without any.
void addWarnings(Section& section, const std::vector<Warning>& warnings,
                 const std::string& title = "Warnings");

/// What published designs advise, each piece with its source; nothing without any.
void addAdvice(Section& section, const std::vector<Advice>& advice);

/// The reasons of steps of one kind ("fit", "plan", ...) that have no answer, each in a frame.
void addFailures(const ReportSource& source, std::string_view kind, Section& section);

}  // namespace moe::report
