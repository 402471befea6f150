#include "costmodel/kernels/cpu/expert_runner.h"

#include <algorithm>

namespace moe {
ExpertRunner::ExpertRunner(int max_rows, int max_groups, int hidden_stride, int most_ffn_stride,
                           int most_streamed_rows)
    : most_ffn_stride_(most_ffn_stride),
      outputs_(max_rows),
      h_rows_(max_rows),
      outputs_space_(static_cast<std::size_t>(max_rows) * hidden_stride * sizeof(float)),
      h_space_(std::min<std::size_t>(max_rows,
                                     static_cast<std::size_t>(max_groups) * most_streamed_rows) *
               most_ffn_stride * sizeof(float)) {
  groups_.reserve(max_groups);
  streamed_.reserve(max_groups);
  blocks_.reserve(max_groups + max_rows / 16);
  inputs_.reserve(max_rows);
  for (int row = 0; row < max_rows; ++row) {
    outputs_[row] = outputs_space_.as<float>() + static_cast<std::size_t>(row) * hidden_stride;
  }
}

void ExpertRunner::clear() {
  groups_.clear();
  inputs_.clear();
}

void ExpertRunner::addGroup(ExpertFfn& ffn, const void* weights, int rows) {
  if (rows == 0) return;
  groups_.push_back({&ffn, weights, static_cast<int>(inputs_.size()), rows});
}

bool ExpertRunner::plan() {
  blocks_.clear();
  streamed_.clear();
  up_units_ = down_units_ = 0;
  int next_h = 0;
  bool made = false;
  for (const ExpertGroup& group : groups_) {
    if (group.ffn->streams(group.rows)) {
      planStream(group, next_h);
    } else {
      const int rows = blockRows(static_cast<int>(inputs_.size()), group.ffn->mostBlockRows());
      made = planBlocks(group, rows) || made;
    }
  }
  // Largest first, so that the threads end together.
  std::sort(blocks_.begin(), blocks_.end(), [](const ExpertGroup& a, const ExpertGroup& b) {
    return a.rows != b.rows ? a.rows > b.rows : a.first < b.first;
  });
  return made;
}

bool ExpertRunner::planBlocks(const ExpertGroup& group, int block_rows) {
  const int count = (group.rows + block_rows - 1) / block_rows;
  bool made = false;
  for (int i = 0; i < count; ++i) {
    const int begin = static_cast<int>(static_cast<long>(group.rows) * i / count);
    const int end = static_cast<int>(static_cast<long>(group.rows) * (i + 1) / count);
    blocks_.push_back({group.ffn, group.weights, group.first + begin, end - begin});
    made = group.ffn->prepare(end - begin) || made;
  }
  return made;
}

void ExpertRunner::planStream(const ExpertGroup& group, int& next_h) {
  for (int row = group.first; row < group.first + group.rows; ++row) {
    h_rows_[row] = h_space_.as<float>() + static_cast<std::size_t>(next_h++) * most_ffn_stride_;
  }
  streamed_.push_back({group, up_units_, down_units_});
  up_units_ += group.ffn->upPanels();
  down_units_ += group.ffn->downPanels();
}

void ExpertRunner::run(ThreadTeam& team) {
  const int blocks = static_cast<int>(blocks_.size());
  team.forEach(blocks + up_units_, [&](int unit, int worker) {
    if (unit >= blocks) return streamUp(unit - blocks);
    const ExpertGroup& block = blocks_[unit];
    block.ffn->block(worker, inputs_.data() + block.first, block.rows, block.weights,
                     outputs_.data() + block.first);
  });
  if (down_units_ > 0) team.forEach(down_units_, [&](int unit, int) { streamDown(unit); });
}

void ExpertRunner::evictWeights() const {
  for (const ExpertGroup& group : groups_) evict(group.weights, group.ffn->expertBytes());
}

void ExpertRunner::streamUp(int unit) {
  const auto after = std::upper_bound(
      streamed_.begin(), streamed_.end(), unit,
      [](int value, const Streamed& streamed) { return value < streamed.first_up; });
  const ExpertGroup& group = std::prev(after)->group;
  group.ffn->streamUp(inputs_.data() + group.first, group.rows, group.weights,
                      unit - std::prev(after)->first_up, h_rows_.data() + group.first);
}

void ExpertRunner::streamDown(int unit) {
  const auto after = std::upper_bound(
      streamed_.begin(), streamed_.end(), unit,
      [](int value, const Streamed& streamed) { return value < streamed.first_down; });
  const ExpertGroup& group = std::prev(after)->group;
  group.ffn->streamDown(h_rows_.data() + group.first, group.rows, group.weights,
                        unit - std::prev(after)->first_down, outputs_.data() + group.first);
}

}  // namespace moe
