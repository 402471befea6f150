#include "app/workflows/shard/merge.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/workflows/shard/fit_shard.h"
#include "app/workflows/shard/front_shard.h"
#include "app/workflows/shard/join_shards.h"
#include "app/workflows/shard/plan_shard.h"
#include "app/workflows/shard/shard_file.h"
#include "app/workflows/shard/shard_inputs.h"

namespace moe {
namespace {

Result<std::vector<NamedShard>> readShards(const MergeQuestion& question) {
  std::vector<NamedShard> shards;
  for (const std::string& file : question.files) {
    auto shard = readShard(file);
    if (!shard) return tl::unexpected(shard.error());
    if (shard->version != question.version)
      return fail(ErrorKind::kInput, file,
                  fmt::format("was computed by moeplan {}, and this is {}: merge with the version "
                              "that computed the shards",
                              shard->version, question.version));
    shards.push_back({file, *std::move(shard)});
  }
  return shards;
}

/// The files must still hold what the shards were computed from.
Result<void> checkInputs(const Shard& joined, std::stop_token stop) {
  const auto now = inputsOf(joined.question, stop);
  if (!now) return tl::unexpected(now.error());
  if (*now == joined.inputs) return {};
  const auto [then, changed] =
      std::mismatch(joined.inputs.begin(), joined.inputs.end(), now->begin(), now->end());
  return fail(ErrorKind::kInput, changed != now->end() ? changed->path : then->path,
              "has changed since the shards were computed");
}

/// Refuses files that the shards' kind of answer does not write.
Result<void> checkFiles(const MergeQuestion& question, const SplitQuestion& of) {
  struct Wanted {
    const char* option;
    bool given;
    bool written;
    const char* writer;
  };
  const bool fit = std::holds_alternative<FitQuestion>(of);
  const bool lifetime = std::holds_alternative<LifetimeQuestion>(of);
  for (const auto& [option, given, written, writer] :
       {Wanted{"--save", !question.save.empty(), fit, "a fit"},
        Wanted{"--residuals", !question.residuals.empty(), fit, "a fit"},
        Wanted{"--save-model", !question.save_model.empty(), lifetime, "a lifetime plan"}})
    if (given && !written)
      return usageError(
          option, fmt::format("is for shards of {}; these are of a {}", writer, commandOf(of)));
  return {};
}

struct AnswerOf {
  const MergeQuestion& merge;
  const std::vector<ShardPart>& parts;
  std::stop_token stop;
  const ProgressSink& progress;

  Result<MergedAnswer> operator()(FitQuestion question) const {
    question.save = merge.save;
    question.residuals = merge.residuals;
    return joined(std::move(question), joinedFit);
  }
  Result<MergedAnswer> operator()(PlanQuestion question) const {
    return joined(std::move(question), [](const auto&... given) { return joinedPlan(given...); });
  }
  Result<MergedAnswer> operator()(LifetimeQuestion question) const {
    question.save_model = merge.save_model;
    return joined(std::move(question), [](const auto&... given) { return joinedPlan(given...); });
  }
  Result<MergedAnswer> operator()(const FrontQuestion& front) const {
    return joined(front.question, [](const LifetimeQuestion& question, const auto& given,
                                     const auto&...) { return joinedFront(question, given); });
  }

 private:
  template <class Question, class Join>
  Result<MergedAnswer> joined(Question question, const Join& join) const {
    question.threads = merge.threads;
    auto answer = join(question, parts, stop, progress);
    if (!answer) return tl::unexpected(answer.error());
    return MergedAnswer(*std::move(answer));
  }
};

}  // namespace

Result<MergedAnswer> mergeShards(const MergeQuestion& question, std::stop_token stop,
                                 const ProgressSink& progress) {
  auto shards = readShards(question);
  if (!shards) return tl::unexpected(shards.error());
  const auto whole = joinShards(*std::move(shards));
  if (!whole) return tl::unexpected(whole.error());
  if (auto good = checkFiles(question, whole->question); !good) return tl::unexpected(good.error());
  if (auto same = checkInputs(*whole, stop); !same) return tl::unexpected(same.error());
  return std::visit(AnswerOf{question, whole->parts, stop, progress}, whole->question);
}

}  // namespace moe
