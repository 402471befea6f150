#include "app/workflows/shard/make_shard.h"

#include <algorithm>

#include "app/workflows/shard/fit_shard.h"
#include "app/workflows/shard/front_shard.h"
#include "app/workflows/shard/plan_shard.h"
#include "app/workflows/shard/shard_file.h"
#include "app/workflows/shard/shard_inputs.h"

namespace moe {
namespace {

struct PartsOf {
  const Share& share;
  std::stop_token stop;
  const ProgressSink& progress;

  Result<std::vector<ShardPart>> operator()(const FitQuestion& question) const {
    return fitShardParts(question, share, stop, progress);
  }
  Result<std::vector<ShardPart>> operator()(const PlanQuestion& question) const {
    return planShardParts(question, share, stop, progress);
  }
  Result<std::vector<ShardPart>> operator()(const LifetimeQuestion& question) const {
    return planShardParts(question, share, stop, progress);
  }
  Result<std::vector<ShardPart>> operator()(const FrontQuestion& front) const {
    return frontShardParts(front.question, share, stop, progress);
  }
};

tl::unexpected<Error> nothingToShare(const SplitQuestion& question) {
  return usageError("--shard", std::holds_alternative<FitQuestion>(question)
                                   ? "there is nothing to share out: this fit has neither "
                                     "resamples (--bootstrap) nor profiles (--study)"
                                   : "there is nothing to share out: this plan has no draws, since "
                                     "the law has no posterior sample or --draws is 0");
}

}  // namespace

Result<Shard> makeShard(const SplitQuestion& question, const Share& share, const ShardMaker& maker,
                        std::stop_token stop, const ProgressSink& progress) {
  if (!hasText(question))
    return usageError("--shard", "names of files, columns and filters must be UTF-8");
  Shard shard{maker.version, share, question, {}, maker.words, {}};
  auto inputs = inputsOf(question, stop);
  if (!inputs) return tl::unexpected(inputs.error());
  auto parts = std::visit(PartsOf{share, stop, progress}, question);
  if (!parts) return tl::unexpected(parts.error());
  if (std::all_of(parts->begin(), parts->end(), [](const auto& part) { return part.count == 0; }))
    return nothingToShare(question);
  shard.inputs = *std::move(inputs);
  shard.parts = *std::move(parts);
  return shard;
}

}  // namespace moe
