#include "costmodel/verify/known_errors.h"

namespace moe {
namespace {

constexpr std::size_t kManyRows = 20;
constexpr double kBadMape = 0.25;

struct KnownError {
  std::string_view group;
  std::string_view reason;
};

constexpr std::string_view kRoundLoad =
    "prompts of 1000, 2000, 4000 and 8000 tokens seem to follow another load protocol than the "
    "other points; how many requests really ran is not recorded";

constexpr KnownError kKnown[] = {
    {"Qwen3-32B, H100-80GB SXM, sglang, bf16",
     "78 of 84 rows are of SGLang 0.5.1.post1, which schedules prefills first: requests run in "
     "waves and running ones feel few prefills, so it is faster per token than predicted"},
    {"Llama-3.1-8B, H200-141GB SXM, sglang, fp8", kRoundLoad},
    {"Llama-3.1-8B, H200-141GB SXM, vllm, fp8",
     "the same protocol, and vLLM 0.12.0 shows no interference of prefills at all, which "
     "prefix-cache hits would explain"},
    {"Llama-3.1-8B, H200-141GB SXM", kRoundLoad},
    {"H200-141GB SXM", kRoundLoad},
};

void addWithoutReason(std::vector<std::string>& names, const std::vector<GroupAccuracy>& groups) {
  for (const GroupAccuracy& group : groups)
    if (needsReason(group) && knownReason(group.name).empty()) names.push_back(group.name);
}

}  // namespace

std::string_view knownReason(std::string_view group) {
  for (const KnownError& known : kKnown)
    if (known.group == group) return known.reason;
  return {};
}

bool needsReason(const GroupAccuracy& group) {
  return group.tpot.count >= kManyRows && group.tpot.mape > kBadMape;
}

std::vector<std::string> groupsWithoutReason(const AccuracyStudy& study) {
  std::vector<std::string> names;
  for (const auto* groups : {&study.groups, &study.pairs_left_out, &study.models_left_out,
                             &study.machines_left_out, &study.by_concurrency})
    addWithoutReason(names, *groups);
  return names;
}

}  // namespace moe
