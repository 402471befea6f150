#include "costmodel/kernels/cpu/cpu_matrix_product.h"

#include <algorithm>
#include <random>

#include "costmodel/kernels/cpu/guarded.h"

namespace moe {
namespace {

/// Uniform in [-1, 1), of one seed.
void fillRandom(std::vector<float>& values, std::uint32_t seed) {
  std::minstd_rand engine(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (float& value : values) value = uniform(engine);
}

}  // namespace

CpuMatrixProduct::CpuMatrixProduct(const CpuContext& context, std::shared_ptr<ThreadTeam> team,
                                   const MatrixProductSetup& setup)
    : team_(std::move(team)),
      setup_(setup),
      linear_(context, setup.k, setup.n, setup.precision == LayerPrecision::kBf16, setup.m),
      weights_(linear_.weightBytes()) {
  const std::size_t rows = Linear::paddedRows(setup.m);
  x_space_ = HugeBuffer(rows * linear_.inStride() * sizeof(float));
  out_space_ = HugeBuffer(rows * linear_.outStride() * sizeof(float));
  x_ = {x_space_.as<float>(), linear_.inStride()};
  out_ = {out_space_.as<float>(), linear_.outStride()};
  std::vector<float> random(static_cast<std::size_t>(setup.k) * setup.n);
  fillRandom(random, 1);
  linear_.pack(random, weights_.as<void>());
  dense_input_.resize(static_cast<std::size_t>(setup.m) * setup.k);
  fillRandom(dense_input_, 2);
  for (int i = 0; i < setup.m; ++i) {
    std::copy_n(dense_input_.data() + static_cast<std::size_t>(i) * setup.k, setup.k, x_.row(i));
  }
}

Result<RunReport> CpuMatrixProduct::run() {
  return guarded([&]() -> Result<RunReport> {
    RunReport report;
    report.prepared = linear_.prepare(setup_.m);
    linear_.run(*team_, setup_.m, x_, weights_.as<void>(), out_);
    const double weights = static_cast<double>(setup_.k) * setup_.n;
    report.work.flop = Flop(2 * weights * setup_.m);
    report.work.weight_bytes = Bytes(weights * (setup_.precision == LayerPrecision::kBf16 ? 2 : 4));
    return report;
  });
}

std::vector<float> CpuMatrixProduct::output() const {
  std::vector<float> values;
  for (int i = 0; i < setup_.m; ++i) {
    values.insert(values.end(), out_.row(i), out_.row(i) + setup_.n);
  }
  return values;
}

std::vector<float> CpuMatrixProduct::weights() const {
  std::vector<float> values;
  for (int k = 0; k < setup_.k; ++k) {
    for (int column = 0; column < setup_.n; ++column) {
      values.push_back(linear_.weight(weights_.as<void>(), k, column));
    }
  }
  return values;
}

}  // namespace moe
