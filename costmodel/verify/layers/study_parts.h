#pragma once

// Internal to costmodel/verify/layers: what layer_study.cpp is made of.

#include <span>
#include <stop_token>

#include "costmodel/kernels/kernel_set.h"
#include "costmodel/verify/layers/layer_study.h"
#include "costmodel/verify/measure/layer_timer.h"

namespace moe {

struct StudyRun {
  const Bench& bench;
  const KernelLibrary& kernels;
  const StudyOptions& options;
  std::stop_token stop;
};

/// Layers that share their weights (widths, experts, shared expert): measured and judged one after
/// another, each handed to `done`. What does not fit in the memory, or is not offered, is skipped.
Result<void> studyLayers(const StudyRun& run, std::span<const SampleLayer> layers,
                         const std::function<void(VerifyRow)>& done);

Result<VerifyRow> studyBlock(const StudyRun& run, const SampleBlock& block);
Result<VerifyRow> studyKvLimit(const StudyRun& run, const SampleKvLimit& limit);

/// Runs a layer once more and compares a spread of tokens with the reference, and where it routed
/// itself the routing of up to 128 tokens with the rule: into the row.
Result<void> checkLayerNumbers(const StudyRun& run, LayerTimer& timer, const SampleLayer& layer,
                               const MoeLayerWeights& weights, VerifyRow& row);

/// A step of a block that just ran, with what it read and wrote, [tokens, hidden].
struct BlockStep {
  const DecoderBlock& kernel;
  const DecoderBlockSetup& setup;
  const DecoderBlockWeights& weights;
  std::span<const float> input;
  std::span<const float> output;
};

/// Compares some sequences of the step (decode), or tokens of some prompts (prefill), with the
/// reference: what the block adds to its input, its routing, and the keys and values it stored.
/// Tokens before come from the kernel's own cache.
Result<void> checkBlockNumbers(const SampleBlock& block, const BlockStep& step, VerifyRow& row);

/// Whether so much memory is free for a row; else the reason to skip it.
std::optional<std::string> lacksMemory(const StudyRun& run, Bytes needed);

/// Whether the kernels offer the precision; else why not.
std::optional<std::string> notOffered(const KernelSet& kernels, LayerPrecision precision);

}  // namespace moe
