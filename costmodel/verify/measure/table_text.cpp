#include "costmodel/verify/measure/table_text.h"

#include <fmt/format.h>

namespace moe {

TableText::TableText(KernelOperation operation, std::string keys, std::string remark)
    : operation_(operation), keys_(std::move(keys)), remark_(std::move(remark)) {}

void TableText::add(const std::string& shape, double axis, double seconds) {
  if (!rows_.contains(shape)) order_.push_back(shape);
  rows_[shape][axis] = seconds;
  axis_[axis] = 1;
}

OwnKernels TableText::table() const {
  std::string text = fmt::format("# {}\n{}", remark_, keys_);
  for (const auto& [value, unused] : axis_) text += fmt::format(",{}", value);
  text += '\n';
  for (const std::string& shape : order_) {
    text += shape;
    const std::map<double, double>& row = rows_.at(shape);
    for (const auto& [value, unused] : axis_) {
      const auto cell = row.find(value);
      text += cell == row.end() ? "," : fmt::format(",{:.6g}", cell->second * 1e6);
    }
    text += '\n';
  }
  return {operation_, std::move(text), std::string(name(operation_))};
}

}  // namespace moe
