#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "costmodel/kernels/cpu/expert_runner.h"
#include "costmodel/kernels/cpu/phase_clock.h"
#include "costmodel/kernels/cpu/token_choice.h"

namespace moe {

/// A team and a context of its own, so that layers may run at the same time.
class CpuMoeLayer : public MoeLayer {
 public:
  CpuMoeLayer(const CpuContext& context, std::shared_ptr<ThreadTeam> team,
              const MoeLayerSetup& setup, const MoeLayerWeights& weights);

  Result<RunReport> run(std::span<const float> input, std::span<float> output,
                        const RunOptions& options) override;
  Result<RunReport> run(std::span<const float> input, const Routing& routing,
                        std::span<float> output, const RunOptions& options) override;
  const Routing& lastRouting() const override { return routing_; }
  void evict() override {
    router_.evict();
    runner_.evictWeights();
  }

 private:
  Result<int> tokensOf(std::span<const float> input, std::span<float> output) const;
  Result<void> check(const Routing& routing, int tokens) const;
  void packWeights(const MoeLayerWeights& weights);
  void addGroups(const Routing& routing, const float* input);
  void groupByToken(const Routing& routing);
  void combine(const Routing& routing, float* output);
  RunReport runRouted(const Routing& routing, std::span<const float> input, std::span<float> output,
                      PhaseClock& clock, RunReport report);
  KernelWork workOf(const Routing& routing, bool routed_here) const;

  CpuContext context_;
  std::shared_ptr<ThreadTeam> team_;
  MoeLayerSetup setup_;
  TokenChoice router_;
  ExpertFfn ffn_;
  std::optional<ExpertFfn> shared_;
  HugeBuffer weights_;  ///< of all experts, one behind the other, then the shared one
  ExpertRunner runner_;
  Routing routing_;
  std::vector<std::int32_t> first_of_token_;
  std::vector<const float*> row_of_;  ///< per assignment, by token, in the order of experts
  std::vector<float> weight_of_;
};

/// Assignments that a setup has room for.
int mostAssignments(const MoeLayerSetup& setup);

}  // namespace moe
