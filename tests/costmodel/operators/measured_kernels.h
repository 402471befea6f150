#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "costmodel/operators/kernel_library.h"
#include "data/catalog/catalog.h"

namespace moe::test {

/// Round figures, so that expected times can be worked out by hand.
inline constexpr Peaks kRoundPeaks{1e12, 1e15, 2e15, 4e15, 1e11};

inline Peaks timesPeaks(Peaks peaks, double factor) {
  for (double* peak : {&peaks.bytes_per_s, &peaks.bf16_flop_per_s, &peaks.fp8_flop_per_s,
                       &peaks.fp4_flop_per_s, &peaks.link_bytes_per_s})
    *peak *= factor;
  return peaks;
}

inline Accelerator accelerator(const std::string& name) {
  static const HardwareCatalog kCatalog = loadHardware({}).value();
  return acceleratorOf(findHardware(kCatalog, name).value());
}

/// All tables that stand for an accelerator, read once.
inline const KernelLibrary& library(const std::string& name) {
  static std::map<std::string, KernelLibrary> libraries;
  const auto known = libraries.find(name);
  if (known != libraries.end()) return known->second;
  const Accelerator target = accelerator(name);
  const Accelerator source = accelerator(std::string(measuredAccelerator(target.kernel_tables)));
  const auto operations = kernelOperations();
  return libraries.emplace(name, KernelLibrary::load(target, source, operations, {}).value())
      .first->second;
}

/// A table of one operation as a file would hold it, with the keys of the shipped ones.
inline KernelTable tableOf(KernelOperation operation, const std::string& rows) {
  const auto shipped = loadKernelTable("h100_sxm", operation, {}).value();
  std::size_t numbers = 0;
  for (const std::string& key : shipped->keys)
    if (key != "engine" && key != "dtype" && key != "kv_dtype" && key != "operation") ++numbers;
  std::string header;
  for (const std::string& key : shipped->keys) header += key + ",";
  auto table = parseKernelTable(header + rows, "test.csv", shipped->keys, numbers);
  EXPECT_TRUE(table) << describe(table.error());
  return *std::move(table);
}

/// Half a unit of the fourth digit, as the shipped tables are rounded, and of the published sixth.
inline void expectFourDigits(double seconds, double published_microseconds) {
  EXPECT_NEAR(1e6 * seconds / published_microseconds, 1, 5.01e-4);
}

}  // namespace moe::test
