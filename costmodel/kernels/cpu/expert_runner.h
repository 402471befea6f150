#pragma once

#include <vector>

#include "costmodel/kernels/cpu/expert_ffn.h"
#include "costmodel/kernels/cpu/thread_team.h"

namespace moe {

/// Rows that go through one expert: `first` counts rows over all groups of a run.
struct ExpertGroup {
  ExpertFfn* ffn = nullptr;
  const void* weights = nullptr;
  int first = 0;
  int rows = 0;
};

/// Runs the FFN of many experts on a thread team: large groups as blocks, largest first, then small
/// ones panel by panel. Room for everything is there from the start.
class ExpertRunner {
 public:
  /// At most `max_rows` rows in at most `max_groups` groups.
  ExpertRunner(int max_rows, int max_groups, int hidden_stride, int most_ffn_stride,
               int most_streamed_rows);

  void clear();
  /// A group, and then its `rows` rows one by one.
  void addGroup(ExpertFfn& ffn, const void* weights, int rows);
  void addRow(const float* x) { inputs_.push_back(x); }

  /// Divides the groups; true when a kernel had to be made.
  bool plan();
  void run(ThreadTeam& team);
  /// Takes the weights of the groups out of the machine's caches.
  void evictWeights() const;
  /// Of a row, in the order in which they were added.
  const float* output(int row) const { return outputs_[row]; }

 private:
  struct Streamed {
    ExpertGroup group;
    int first_up = 0;  ///< of its panels among those of all
    int first_down = 0;
  };
  bool planBlocks(const ExpertGroup& group, int block_rows);
  void planStream(const ExpertGroup& group, int& next_h);
  void streamUp(int unit);
  void streamDown(int unit);

  int most_ffn_stride_;
  std::vector<ExpertGroup> groups_, blocks_;
  std::vector<Streamed> streamed_;
  int up_units_ = 0, down_units_ = 0;
  std::vector<const float*> inputs_;
  std::vector<float*> outputs_;
  std::vector<float*> h_rows_;  ///< by row; of streamed groups only
  HugeBuffer outputs_space_, h_space_;
};

}  // namespace moe
