#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "costmodel/operators/number_format.h"
#include "costmodel/operators/operator_time.h"
#include "costmodel/operators/utilisation_grid.h"
#include "data/kernels/kernel_table.h"

namespace moe {

/// A collective among `devices`, bound to an accelerator: time as a function of the elements of the
/// whole message.
struct Collective {
  double devices = 1;
  double bytes_per_element = 2;
  double link_bytes_per_s = 0;
  UtilisationGrid utilisation = UtilisationGrid::constant(1);
  double latency_s = 0;  ///< added where nothing was measured
  Basis basis = Basis::kRoofline;

  /// 0 for one device.
  OperatorTime time(double elements) const;
};

/// Measured collectives of one system (2, 4 and 8 devices).
class CollectiveTable {
 public:
  CollectiveTable(const KernelTable& table, const Peaks& source);

  /// "allreduce-trtllm" (the engines' own one-shot kernel), "allreduce", "allgather",
  /// "reducescatter", "alltoall" (NCCL), in 2-byte elements. Between measured device counts
  /// ln utilisation is interpolated in ln devices; above the largest it is that of the largest.
  /// The link of `target` scales the time of large messages only: utilisation is of the source.
  std::optional<Collective> bind(std::string_view operation, double devices,
                                 const Peaks& target) const;

  struct Measured {
    std::string operation;
    double devices;
    std::vector<double> log_utilisation;  ///< over elements
  };
  const std::vector<Measured>& measured() const { return measured_; }
  const std::vector<double>& elements() const { return elements_; }

 private:
  Peaks source_;
  std::vector<double> elements_;
  std::vector<Measured> measured_;
};

/// A ring: 2 (g - 1)/g bytes through the link for all-reduce, half of it for the others, and a
/// fixed latency.
Collective ringCollective(double devices, const Peaks& peaks, double link_share, double latency_s);

}  // namespace moe
