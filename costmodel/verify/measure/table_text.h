#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/kernels/kernel_store.h"

namespace moe {

/// Gathers measured times and writes them as data/kernels reads them.
class TableText {
 public:
  /// `remark` goes into the first line.
  TableText(KernelOperation operation, std::string keys, std::string remark);

  /// One time at a value of the axis; `shape` is the text of the keys ("f32,64,512").
  void add(const std::string& shape, double axis, double seconds);

  bool empty() const { return rows_.empty(); }
  /// Microseconds with six digits, rows in the order in which their shapes came.
  OwnKernels table() const;

 private:
  KernelOperation operation_;
  std::string keys_;
  std::string remark_;
  std::vector<std::string> order_;
  std::map<std::string, std::map<double, double>> rows_;
  std::map<double, int> axis_;
};

}  // namespace moe
