#pragma once

#include <memory>

#include "costmodel/kernels/cpu/paged_attention.h"

namespace moe {

/// Attention over a cache of random keys and values.
class CpuAttention : public Attention {
 public:
  CpuAttention(const CpuContext& context, std::shared_ptr<ThreadTeam> team,
               const AttentionSetup& setup);

  Result<RunReport> run(std::span<const float> query, std::span<float> output) override;
  void evict() override { cache_.evict(); }
  std::vector<float> keys() const override;
  std::vector<float> values() const override;

 private:
  std::shared_ptr<ThreadTeam> team_;
  AttentionSetup setup_;
  KvCache cache_;
  PagedAttention attention_;
};

/// Writes uniform random keys and values in [-1, 1) for all tokens of the cache.
void fillCache(KvCache& cache, const SimdKernels& simd);

/// Bytes of keys and values of all tokens in the cache.
Bytes cachedBytes(const KvCache& cache);

}  // namespace moe
