#pragma once

// Internal to this folder: what makes a plan weaker, for the first page.

#include <string>
#include <vector>

#include "app/report/document/report_document.h"

namespace moe::report {

/// What a reader of a plan must know about its law before taking the plan: that another law clearly
/// beats it on the same runs, what its fit warns of, parameters that the runs do not determine,
/// that it has no intervals, and how far the answer lies outside the runs. A sentence each; none
/// when there is nothing to say. Of laws from files and presets no fit is known.
std::vector<std::string> doubtsAbout(const ReportSource& source, const ProjectStep& step,
                                     const PlanAnswer& answer);
std::vector<std::string> doubtsAbout(const ReportSource& source, const ProjectStep& step,
                                     const LifetimeAnswer& answer);
std::vector<std::string> doubtsAbout(const ReportSource& source, const ProjectStep& step,
                                     const FrontAnswer& answer);

}  // namespace moe::report
