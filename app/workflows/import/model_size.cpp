#include "app/workflows/import/model_size.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <vector>

#include "app/workflows/import/loss_series.h"
#include "app/workflows/import/model_settings.h"
#include "costmodel/architecture.h"
#include "data/numbers.h"

namespace moe {
namespace {

constexpr double kNotable = 0.02;  // biases and rounded counts stay below it

struct StatedCounts {
  std::optional<double> any;
  std::optional<double> active;
  std::optional<double> total;
  bool given = false;  ///< by --set
};

StatedCounts statedCounts(RunFacts& facts) {
  StatedCounts stated;
  stated.given = facts.given(LogRole::kParams) || facts.given(LogRole::kActiveParams) ||
                 facts.given(LogRole::kTotalParams);
  stated.any = facts.number(LogRole::kParams);
  stated.active = facts.number(LogRole::kActiveParams);
  stated.total = facts.number(LogRole::kTotalParams);
  if (const auto billions = facts.number(LogRole::kParamsInBillions); billions && !stated.any)
    stated.any = 1e9 * *billions;
  const double devices = facts.number(LogRole::kTensorParallel).value_or(1) *
                         facts.number(LogRole::kPipelineParallel).value_or(1) *
                         facts.number(LogRole::kExpertParallel).value_or(1);
  if (const auto count = facts.number(LogRole::kParamsOfRank); count && !stated.any && devices == 1)
    stated.any = *count;
  return stated;
}

/// A plain count of a model with experts is what the framework allocates: all of them.
void applyStated(const StatedCounts& stated, ModelSize& size) {
  const bool routed = size.experts > 1;
  if (stated.active) size.active_params = *stated.active;
  if (stated.total) size.total_params = *stated.total;
  if (!routed) {
    const double count = stated.active.value_or(stated.any.value_or(stated.total.value_or(0)));
    if (count > 0) size.active_params = size.total_params = count;
  } else if (stated.any) {
    double& place = stated.given ? size.active_params : size.total_params;
    if (!(stated.given ? stated.active : stated.total)) place = *stated.any;
  }
}

void applyComputed(const ParameterCount& params, ModelSize& size) {
  size.active_params = static_cast<double>(params.active());
  size.total_params = static_cast<double>(params.total());
  size.non_embedding_params =
      static_cast<double>(params.active() - params.embedding - params.head - params.positions);
}

void compareCounts(const ModelSize& computed, ModelSize& size) {
  const double stated = size.total_params > 0 ? size.total_params : size.active_params;
  const double own = size.total_params > 0 ? computed.total_params : computed.active_params;
  if (std::abs(stated / own - 1) <= kNotable) return;
  size.non_embedding_params = 0;
  size.warning = Warning{
      "parameter_counts_differ",
      fmt::format("{:.4g} parameters are stated, layers and widths give {:.4g}; the stated count "
                  "is taken",
                  stated, own)};
}

/// A series that only a model with a router writes: "load_balancing_loss", "moe/z_loss".
const SeriesLog* routerSeries(const RunLog& log) {
  for (const auto& series : log.series()) {
    const std::string plain = plainName(series->name());
    for (const std::string_view word :
         {"moe", "router", "balancing", "loadbalancingloss", "expert"})
      if (hasWord(plain, word)) return series.get();
  }
  return nullptr;
}

Result<void> findExperts(RunFacts& facts, ModelSize& size) {
  const auto experts = facts.number(LogRole::kExperts);
  if (const SeriesLog* series = experts ? nullptr : routerSeries(facts.log()))
    return fail(ErrorKind::kInput, "experts",
                fmt::format("{} is of a model with a router, but no count of experts is stated; "
                            "give it with --set experts=E --set top_k=K (a dense model: experts=1)",
                            series->name()));
  size.experts = experts.value_or(1);
  if (size.experts <= 1) {
    size.experts = 1;
    if (!experts) facts.computed(LogRole::kExperts, 1, "assumed: the log names no experts");
    return {};
  }
  const auto top_k = facts.number(LogRole::kTopK);
  if (!top_k)
    return fail(ErrorKind::kInput, "top_k",
                fmt::format("{:.0f} experts but no count of experts per token; give it with "
                            "--set top_k=K",
                            size.experts));
  if (*top_k > size.experts)
    return fail(ErrorKind::kInput, "top_k",
                fmt::format("{} experts per token of {}; give them with --set top_k=K "
                            "--set experts=E",
                            exactNumber(*top_k), exactNumber(size.experts)));
  size.top_k = *top_k;
  return {};
}

void findGranularity(RunFacts& facts, const ModelEntry* entry, ModelSize& size) {
  if (const auto stated = facts.number(LogRole::kGranularity)) {
    size.granularity = *stated;
    return;
  }
  if (size.experts <= 1 || entry == nullptr || entry->expert_ffn <= 0 || entry->dense_ffn <= 0)
    return;
  size.granularity = static_cast<double>(entry->dense_ffn) / entry->expert_ffn;
  facts.computed(LogRole::kGranularity, size.granularity, "ffn / expert_ffn");
}

}  // namespace

Result<ModelSize> modelSize(RunFacts& facts, std::string_view reader) {
  ModelSize size;
  if (auto experts = findExperts(facts, size); !experts) return tl::unexpected(experts.error());
  const StatedCounts stated = statedCounts(facts);
  const Result<ModelEntry> entry = modelOfSettings(facts, reader);
  std::optional<ModelSize> computed;
  if (entry) {
    if (const auto architecture = architectureOf(*entry)) {
      computed = size;
      applyComputed(architecture->params, *computed);
      size = *computed;
    }
  }
  findGranularity(facts, entry ? &*entry : nullptr, size);
  applyStated(stated, size);
  if (!(size.active_params > 0)) {
    const std::string why = entry ? "the layers and widths found are no model that is counted here"
                                  : entry.error().message;
    const std::string total =
        size.total_params > 0 ? fmt::format("{:.4g} in total are stated; ", size.total_params) : "";
    return fail(ErrorKind::kInput, "params",
                fmt::format("{}{}; give the count with --set n=COUNT{}", total, why,
                            size.experts > 1 ? " (active parameters)" : ""));
  }
  if (computed && !stated.given && (stated.any || stated.active || stated.total)) {
    compareCounts(*computed, size);
  } else if (computed && !stated.given) {
    facts.computed(LogRole::kActiveParams, size.active_params, "exact, from layers and widths");
    if (size.experts > 1)
      facts.computed(LogRole::kTotalParams, size.total_params, "exact, from layers and widths");
  }
  if (stated.given) size.non_embedding_params = 0;
  return size;
}

}  // namespace moe
