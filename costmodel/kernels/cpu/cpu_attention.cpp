#include "costmodel/kernels/cpu/cpu_attention.h"

#include <random>

#include "costmodel/kernels/cpu/guarded.h"

namespace moe {

void fillCache(KvCache& cache, const SimdKernels& simd) {
  const std::size_t elements =
      static_cast<std::size_t>(cache.shape().kv_heads) * cache.shape().head_dim;
  std::minstd_rand engine(7);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> key(elements);
  std::vector<float> value(elements);
  for (int sequence = 0; sequence < cache.batch(); ++sequence) {
    for (int position = 0; position < cache.tokens(); ++position) {
      for (float& element : key) element = uniform(engine);
      for (float& element : value) element = uniform(engine);
      cache.write(sequence, position, key.data(), value.data(), simd);
    }
  }
}

Bytes cachedBytes(const KvCache& cache) {
  return Bytes(2.0 * cache.batch() * cache.tokens() * cache.shape().kv_heads *
               cache.shape().head_dim * (cache.bf16() ? 2 : 4));
}

CpuAttention::CpuAttention(const CpuContext& context, std::shared_ptr<ThreadTeam> team,
                           const AttentionSetup& setup)
    : team_(std::move(team)),
      setup_(setup),
      cache_(setup.shape, setup.kv_precision == LayerPrecision::kBf16,
             static_cast<int>(kvPages(setup.batch, setup.context))),
      attention_(context, setup.shape, setup.batch,
                 static_cast<int>(kvPages(setup.batch, setup.context))) {
  cache_.start(setup.batch);
  require(cache_.grow(setup.context), "a cache has the pages that it was made with");
  fillCache(cache_, *context.simd);
}

Result<RunReport> CpuAttention::run(std::span<const float> query, std::span<float> output) {
  const int row = setup_.shape.heads * setup_.shape.head_dim;
  const bool decode = setup_.pass == AttentionPass::kDecode;
  const double queries = decode ? 1 : setup_.context;
  require(query.size() == static_cast<std::size_t>(setup_.batch * queries) * row &&
              output.size() == query.size(),
          "query and output of attention are [batch, queries, heads, head_dim]");
  const RowBuffer q{const_cast<float*>(query.data()), row};
  const RowBuffer out{output.data(), row};
  return guarded([&]() -> Result<RunReport> {
    if (decode) {
      attention_.decode(*team_, cache_, q, out);
    } else {
      attention_.prefill(*team_, cache_, q, out);
    }
    const double keys = decode ? setup_.context : (setup_.context + 1) / 2.0;
    RunReport report;
    report.work.flop = Flop(attentionFlop(setup_.shape, setup_.batch * queries * keys));
    report.work.kv_bytes = cachedBytes(cache_);
    return report;
  });
}

std::vector<float> CpuAttention::keys() const {
  std::vector<float> all;
  for (int b = 0; b < setup_.batch; ++b) {
    const std::vector<float> keys = cachedKeys(cache_, b);
    all.insert(all.end(), keys.begin(), keys.end());
  }
  return all;
}

std::vector<float> CpuAttention::values() const {
  std::vector<float> all;
  for (int b = 0; b < setup_.batch; ++b) {
    const std::vector<float> values = cachedValues(cache_, b);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

}  // namespace moe
