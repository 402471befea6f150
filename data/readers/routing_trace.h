#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/error.h"

namespace moe {

/// Which experts every token of a text chose in every routed layer.
struct RoutingTrace {
  std::string source;  ///< the file, for messages
  std::size_t layers = 0;
  std::size_t tokens = 0;
  std::size_t top_k = 0;
  std::size_t experts = 0;                   ///< of a layer
  std::vector<std::uint16_t> ids;            ///< [layers][tokens][top_k]
  std::vector<std::size_t> sequence_tokens;  ///< lengths in order; empty: not stated
  std::vector<double> gates = {};       ///< of each choice, same shape as `ids`; empty: not stated
  std::vector<int> layer_numbers = {};  ///< as the files name the layers; empty: not stated

  /// The top_k experts of `count` tokens in a row, token after token.
  std::span<const std::uint16_t> chosen(std::size_t layer, std::size_t token,
                                        std::size_t count = 1) const {
    return std::span(ids).subspan((layer * tokens + token) * top_k, count * top_k);
  }
};

/// How many tokens each expert of each routed layer got.
struct ExpertCounts {
  std::string source;
  std::size_t experts = 0;
  std::vector<std::vector<double>> tokens;  ///< [layers][experts]
};

ExpertCounts expertCounts(const RoutingTrace& trace);

/// Reads a trace of one text in either format:
///
///   NAME.ids.u8   uint8 [layers][tokens][k], with a meta.json beside it that holds layers, tokens,
///                 k, experts and, if known, seq_lens; either directly or in a member NAME.
///                 NAME.w1e4.u16le, if there, holds their gates times 10000, two bytes each, the
///                 low one first
///   CSV           columns layer, token and one per choice (expert_1, expert_2, ...), if known
///                 also of their gates (gate_1, gate_2, ...); rows in any order; numbers of layers
///                 and tokens are labels that give the order
///
/// `experts` is the count that the model has; 0 takes the meta.json's, or the largest id and one.
/// Errors (kInput) name the file, line or place, value and cause: a size that is not layers *
/// tokens * k, an id that is no expert, an expert twice in one token, a token that a layer lacks, a
/// gate that is not from 0 to 1, gates of a token above 1 together.
Result<RoutingTrace> readRoutingTrace(const std::filesystem::path& path, std::size_t experts = 0);

/// Reads counts: those of a trace as above, or a CSV with columns layer, expert, tokens. Experts
/// without a row got no token.
Result<ExpertCounts> readExpertCounts(const std::filesystem::path& path, std::size_t experts = 0);

}  // namespace moe
