#pragma once

#include <memory>
#include <vector>

#include "costmodel/kernels/cpu/cpu_moe_layer.h"
#include "costmodel/kernels/cpu/paged_attention.h"

namespace moe {

class CpuDecoderBlock : public DecoderBlock {
 public:
  CpuDecoderBlock(const CpuContext& context, std::shared_ptr<ThreadTeam> team,
                  const DecoderBlockSetup& setup, const DecoderBlockWeights& weights);

  Result<void> fill(int batch, int context) override;
  Result<RunReport> decode(std::span<const float> input, std::span<float> output,
                           const RunOptions& options) override;
  Result<RunReport> prefill(int batch, int tokens, std::span<const float> input,
                            std::span<float> output, const RunOptions& options) override;
  void forgetLast() override;
  int cachedTokens() const override { return cache_.tokens(); }
  void evict() override;
  std::vector<float> keys(int sequence) const override { return cachedKeys(cache_, sequence); }
  std::vector<float> values(int sequence) const override { return cachedValues(cache_, sequence); }
  const Routing& lastRouting() const override { return moe_.lastRouting(); }

 private:
  Result<void> room(int batch, int tokens) const;
  Result<void> checkRows(std::span<const float> input, std::span<float> output,
                         std::int64_t rows) const;
  /// The block for the last `tokens` tokens of every sequence, which the cache has room for.
  Result<RunReport> run(int tokens, const float* input, float* output, const RunOptions& options);
  void project(int rows, RunReport& report);
  void cacheTokens(int tokens);
  void norm(int rows, const float* from, const RowBuffer& to);
  void add(int rows, const float* a, const RowBuffer& b, const RowBuffer& to);

  CpuContext context_;
  std::shared_ptr<ThreadTeam> team_;
  DecoderBlockSetup setup_;
  KvCache cache_;
  PagedAttention attention_;
  Linear qkv_, projection_;
  HugeBuffer weights_, space_;
  RowBuffer normed_, qkv_rows_, mixed_, projected_;
  RowBuffer residual_, moe_input_, moe_output_;  ///< [tokens, hidden] without padding
  CpuMoeLayer moe_;
};

}  // namespace moe
