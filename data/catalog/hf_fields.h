#pragma once

// Internal to the reader of Hugging Face's config.json.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/catalog/hf_architectures.h"
#include "data/error.h"
#include "data/readers/json_tape.h"

namespace moe::catalog {

/// Other names of one key; the first is the one that errors and defaults use.
using HfNames = std::initializer_list<std::string_view>;

/// What was wrong first, and what was assumed on the way.
struct HfReadState {
  std::string file;
  std::optional<Error> error;
  std::vector<std::string> assumed;  ///< "head_dim 256": defaults of transformers
};

/// Reads the keys of one JSON object. A key that is not there may have a default of transformers;
/// one that is null has none. Keys that nobody asks for are passed over: a config.json has many.
/// Of a key that stands twice the last counts, as in Python.
class HfFields {
 public:
  /// The tape, the architecture and the state must outlive the fields.
  HfFields(const JsonTape& tape, std::size_t object, const HfArchitecture& architecture,
           HfReadState& state)
      : tape_(&tape), object_(object), architecture_(&architecture), state_(&state) {}

  /// The same object, read as this architecture has it.
  HfFields as(const HfArchitecture& architecture) const {
    return HfFields(*tape_, object_, architecture, *state_);
  }

  /// There, or with a default, and not null.
  bool has(HfNames names) const;
  /// A whole number from 1; it is an error when there is none.
  int size(HfNames names);
  /// A whole number from 1, or `otherwise`.
  int sizeOr(HfNames names, int otherwise);
  /// A whole number from 0, or 0.
  int count(HfNames names);
  /// The index of a layer, -1 for "none" in the file, or `otherwise`.
  int layerIndex(std::string_view key, int otherwise);
  /// The same, also as a list with the same number for every layer.
  int sameInAllLayers(HfNames names);
  bool flag(std::string_view key, bool otherwise);
  /// Text, or "" when it is absent or not text.
  std::string text(std::string_view key) const;
  /// Whole numbers from 0; empty when absent, null, or not a list.
  std::vector<int> counts(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  bool isList(std::string_view key) const;
  bool isText(std::string_view key) const;
  /// None when absent or null; an error when it is something else.
  std::optional<HfFields> object(std::string_view key);

  /// a times b, with an error about the key when that is no width.
  int width(std::string_view key, int a, int b);
  /// Remembers an error about a key, with its line where it has one. The first one is kept.
  void reject(std::string_view key, std::string message);
  bool failed() const { return state_->error.has_value(); }
  const HfArchitecture& architecture() const { return *architecture_; }
  /// Whether the model_type starts so: "minimax" for minimax_text_01, too.
  bool isFamily(std::string_view start) const {
    return architecture_->model_type.starts_with(start);
  }

 private:
  /// Index of the value in the tape.
  std::optional<std::size_t> find(std::string_view key) const;
  std::optional<std::size_t> find(HfNames names, std::string_view& key) const;
  std::optional<int> defaultOf(HfNames names) const;
  std::optional<int> number(HfNames names, int least, std::string_view& key);
  std::optional<int> numberAt(std::size_t value, std::string_view key, int least);

  const JsonTape* tape_;
  std::size_t object_;
  const HfArchitecture* architecture_;
  HfReadState* state_;
};

}  // namespace moe::catalog
