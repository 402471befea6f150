#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "costmodel/accounting/sequence_flop.h"
#include "costmodel/precision.h"
#include "costmodel/training/training_flop.h"

namespace moe {

/// Parameters of one part of a model.
struct AccountGroup {
  std::string_view name;
  std::int64_t total = 0;
  std::int64_t active = 0;  ///< that one token uses
};

/// All weights stored in one precision, without the scales of blocks.
struct AccountMemory {
  Precision precision = Precision::kBf16;
  Bytes weights;
};

/// What a sequence of a decoder-only model, or one of an encoder-decoder, is taken to be.
struct AccountLengths {
  double sequence = 4096;  ///< tokens; not above what the model is made for
  SequenceTokens sides;
};

/// The counts of one model: what its weights, a token and a cached token take.
struct ModelAccount {
  ModelArchitecture model;
  std::vector<AccountGroup> groups;  ///< those that the model has; they add up to the whole
  std::vector<AccountMemory> memory;
  AccountLengths lengths;
  std::optional<TrainingFlop> token_flop;     ///< decoder-only: mean token of a sequence, causal
  std::optional<SequenceFlop> sequence_flop;  ///< encoder-decoder: one sequence
  double kv_elements_per_token = 0;           ///< of a token that the decoder attends to itself
  double cross_kv_elements_per_token = 0;     ///< of an encoder's token, kept for the decoder
  double kv_elements_of_sequence = 0;         ///< of one request at `lengths`, windows regarded
  double state_elements_per_request = 0;      ///< of layers without a KV cache

  /// Parameters that one token passes through, without the embedding that is only looked up: what
  /// many publishers print as active.
  std::int64_t activeWithoutLookup() const;
};

ModelAccount accountOf(const ModelArchitecture& model, AccountLengths lengths = {});

}  // namespace moe
