#pragma once

#include <memory>

#include "costmodel/kernels/cpu/linear.h"
#include "costmodel/kernels/kernel_set.h"

namespace moe {

/// A Linear with random operands.
class CpuMatrixProduct : public MatrixProduct {
 public:
  CpuMatrixProduct(const CpuContext& context, std::shared_ptr<ThreadTeam> team,
                   const MatrixProductSetup& setup);

  Result<RunReport> run() override;
  std::vector<float> output() const override;
  std::span<const float> input() const override { return dense_input_; }
  std::vector<float> weights() const override;
  void evict() override { weights_.evict(); }

 private:
  std::shared_ptr<ThreadTeam> team_;
  MatrixProductSetup setup_;
  Linear linear_;
  HugeBuffer weights_, x_space_, out_space_;
  RowBuffer x_, out_;
  std::vector<float> dense_input_;
};

}  // namespace moe
