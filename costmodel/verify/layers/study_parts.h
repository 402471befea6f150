#pragma once

// Internal to costmodel/verify/layers: what layer_study.cpp is made of.

#include <span>
#include <stop_token>

#include "costmodel/verify/layers/layer_study.h"

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

/// Whether the kernels offer the precision; else why not.
std::optional<std::string> notOffered(const KernelSet& kernels, LayerPrecision precision);

}  // namespace moe
