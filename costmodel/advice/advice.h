#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "costmodel/routing/dropped_tokens.h"

namespace moe {

/// What a piece of advice rests on.
enum class AdviceBasis {
  kComputed,   ///< computed here for this very question
  kPublished,  ///< a paper's finding on its own models, not checked here
};

/// "computed", "published, not checked here".
std::string_view name(AdviceBasis basis);

/// Something to consider that the numbers of a plan do not say.
struct Advice {
  std::string code;  ///< snake_case, for programs: "capacity_factor"
  std::string message;
  AdviceBasis basis = AdviceBasis::kPublished;
  std::string source;
};

/// Drops at one capacity factor, of the assumptions that are told apart.
struct AssumedDrops {
  double capacity_factor = 1.25;  ///< of tokens over experts, k not counted
  DroppedEstimate even;
  DroppedEstimate skewed;
};

/// A routed model as advice needs it. What is 0 is not known and not spoken of.
struct AdvisedModel {
  double experts = 0;
  double top_k = 0;
  double layers_per_routed_layer = 0;  ///< 4: every fourth layer routes
  bool dense_beside_experts = false;   ///< dense layers or FFNs stand between the routed ones
  double active_share = 0;             ///< active over total parameters
};

/// Where the experts lie.
struct AdvisedSplit {
  double expert_devices = 1;  ///< that hold different experts
  double devices = 1;         ///< that work on one model together
  double link_domain = 1;     ///< devices that the fast link joins
  bool crossesDomains() const { return devices > link_domain; }
};

/// The drops of `tokens` that share an expert's slots, at the factor that ST-MoE trains with (1.25)
/// and the one it evaluates with (2.0), both of tokens over experts, with even routing and with a
/// popularity. Batches of one sequence: correlation counts. Errors: those of expertPopularity and
/// simulateDropped.
Result<std::vector<AssumedDrops>> assumedDrops(const RoutingAssumption& skew, std::size_t experts,
                                               std::size_t top_k, const TokenBatch& batch,
                                               std::uint64_t seed);

/// The same from a trace instead of a popularity: the skewed ones are counted in it.
Result<std::vector<AssumedDrops>> countedDrops(const RoutingTrace& trace, double tokens,
                                               std::uint64_t seed);

/// "0.2 %", "14 % [13 %, 15 %]", and so on: the sentence about drops. `skew_name` is "a power law
/// of 1.2".
Advice capacityAdvice(const std::vector<AssumedDrops>& drops, const std::string& skew_name);

/// ST-MoE's rules for training: capacity factor and top-n by the links, routed layers, losses; and
/// FLAN-MoE's, to tune on instructions before fine-tuning. `split` where it is known.
std::vector<Advice> trainingAdvice(const AdvisedModel& model,
                                   const std::optional<AdvisedSplit>& split);

/// One decode step as advice needs it.
struct AdvisedStep {
  double assignments = 0;      ///< of a step to the experts of one layer
  double experts_touched = 0;  ///< of one layer
  double expert_ffn = 0;
  double machine_flop_per_byte = 0;  ///< peak over bandwidth
};

/// FLOP per byte of an expert's first product [Zoph2022]:
///
///     b h / (b + h e)
///
///   b  assignments that reach a device    h  width of its experts    e  experts that it reads
///
/// in a format of two bytes; the output is not counted. 0 without assignments.
double firstProductFlopPerByte(const AdvisedStep& step, double expert_devices);

/// Experts per device and what they ask of its memory; the exchange between devices.
std::vector<Advice> servingAdvice(const AdvisedModel& model, const AdvisedSplit& split,
                                  const AdvisedStep& step);

}  // namespace moe
