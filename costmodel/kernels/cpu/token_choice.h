#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "costmodel/kernels/cpu/cpu_context.h"
#include "costmodel/kernels/cpu/thread_team.h"
#include "costmodel/kernels/kernel_set.h"

namespace moe {

/// Router logits in f32 and the choice of FastRouting, with room for `max_tokens`.
class TokenChoice {
 public:
  TokenChoice(const CpuContext& context, const MoeLayerSetup& setup, std::span<const float> router);

  /// input [tokens, hidden]
  void run(ThreadTeam& team, const float* input, int tokens);
  /// The experts of each token as a Routing: a counting sort by expert.
  void groupByExpert(int tokens, Routing& routing) const;
  void evict() const { weights_.evict(); }

 private:
  void routeTogether(int worker, const float* input, int begin, int end);

  CpuContext context_;
  int hidden_, experts_, top_k_;
  FastRouting rule_;
  WeightLayout layout_;
  HugeBuffer weights_;
  HugeBuffer logits_;                     ///< per worker
  std::vector<std::int32_t> experts_of_;  ///< [tokens, top_k]
  std::vector<float> weight_of_;
};

}  // namespace moe
