#include "costmodel/verify/layers/layer_study.h"

#include <fmt/format.h>

#include "costmodel/verify/layers/study_parts.h"
#include "costmodel/verify/measure/processors.h"

namespace moe {
namespace {

bool sameWeights(const SampleLayer& a, const SampleLayer& b) {
  return a.hidden == b.hidden && a.expert_ffn == b.expert_ffn && a.experts == b.experts &&
         a.shared_ffn == b.shared_ffn;
}

}  // namespace

Result<LayerStudy> runLayerStudy(const Bench& bench, const KernelLibrary& predicted,
                                 const VerifySample& sample, const StudyOptions& options,
                                 std::stop_token stop, const ProgressSink& progress) {
  const StudyRun run{bench, predicted, options, stop};
  const auto all =
      static_cast<double>(sample.layers.size() + sample.blocks.size() + sample.limits.size());
  const LoadMeter load(bench.machine.processor_list);
  LayerStudy study;
  const auto done = [&](VerifyRow row) {
    study.rows.push_back(std::move(row));
    if (progress) progress(study.rows.back().what, static_cast<double>(study.rows.size()) / all);
  };
  const std::span layers(sample.layers);
  for (std::size_t first = 0, last = 0; first < layers.size() && !stop.stop_requested();
       first = last) {
    while (last < layers.size() && sameWeights(layers[first], layers[last])) ++last;
    const auto good = studyLayers(run, layers.subspan(first, last - first), done);
    if (!good) return tl::unexpected(good.error());
  }
  for (const SampleBlock& block : sample.blocks) {
    if (stop.stop_requested()) break;
    auto row = studyBlock(run, block);
    if (!row) return tl::unexpected(row.error());
    if (!stop.stop_requested()) done(*std::move(row));
  }
  for (const SampleKvLimit& limit : sample.limits) {
    if (stop.stop_requested()) break;
    auto row = studyKvLimit(run, limit);
    if (!row) return tl::unexpected(row.error());
    done(*std::move(row));
  }
  study.stopped = stop.stop_requested();
  study.foreign_share = bench.watches_load ? load.foreignShare() : 0;
  study.summary = summaryOf(study.rows, study.foreign_share);
  if (study.stopped && study.summary.verdict == RowVerdict::kPassed) {
    study.summary.verdict = RowVerdict::kMistrusted;
    study.summary.reason = fmt::format("stopped after {} rows", study.rows.size());
  }
  study.claims = layerClaims(study.rows);
  return study;
}

}  // namespace moe
