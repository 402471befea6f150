#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/workflows/run/step_inputs.h"
#include "data/error.h"
#include "fitting/laws/law.h"

namespace moe {

/// The result of a step in one line of a summary.
struct StepHeadline {
  bool yes = true;              ///< false: answered, and the answer is no
  std::string text;             ///< "loss floor 1.69 nats"
  std::optional<double> value;  ///< of the figure that the text names
  std::string unit;             ///< of the value; empty: a pure number
  std::optional<Range> interval;
  std::string interval_level;  ///< "95 %"
};

/// What a step's results rest on: kept beside them, to tell whether they still hold.
struct StepStamp {
  std::string step;     ///< "fit.main"; known when it is written
  std::string program;  ///< version and commit
  std::string tables;   ///< SHA-256 of the shipped tables
  std::string asked;    ///< as askedText
  std::vector<HashedFile> inputs;
  StepHeadline headline;
  std::vector<HashedFile> outputs;
};

/// The stamp as JSON (schema moeplan.stamp/1) that carries its own checksum, and back. Errors
/// (kInput): no such stamp, or one that was changed.
std::string stampText(const StepStamp& stamp);
Result<StepStamp> parseStamp(std::string_view text, const std::string& where);

/// SHA-256 of a stamp: of all that its results rest on and hold.
std::string stampDigest(const StepStamp& stamp);

/// The step that a stamp names, even of one that was changed; empty: it is no stamp.
std::string stampedStep(std::string_view text);

/// Why results with this stamp do not answer what is asked now; empty when they do. Headline and
/// outputs are not compared.
std::string whyOutdated(const StepStamp& found, const StepStamp& asked);

}  // namespace moe
