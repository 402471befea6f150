#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "costmodel/operators/number_format.h"
#include "costmodel/operators/operator_time.h"
#include "costmodel/operators/utilisation_grid.h"
#include "data/kernels/kernel_table.h"

namespace moe {

/// The routed experts of one layer and how they are split.
struct MoeShape {
  double hidden = 0;
  double expert_ffn = 0;  ///< of one expert, before it is split
  double experts = 0;
  double top_k = 0;
  double tensor_parallel = 1;  ///< devices that share one expert
  double expert_parallel = 1;  ///< groups that hold different experts

  bool operator==(const MoeShape&) const = default;
};

/// How many experts a batch touches and how uneven its load is, where this is not the table's
/// even or power-law routing.
struct MoeLoad {
  double touched = 0;    ///< distinct experts of the layer
  double imbalance = 1;  ///< tokens of the most loaded device over the mean
};

/// Routed experts (gate, up and down projection, gated) of one layer bound to an accelerator.
struct ExpertsCurve {
  MoeShape shape;
  NumberFormat format = NumberFormat::kBf16;
  Peaks peaks;
  UtilisationGrid utilisation;  ///< over tokens of all devices
  Basis basis = Basis::kRoofline;

  /// `tokens` of all devices together, before top-k.
  OperatorTime time(double tokens) const;
  /// The same utilisation with another load than the tables' routing.
  OperatorTime time(double tokens, const MoeLoad& load) const;
};

/// Bytes of the touched experts of one device over bandwidth, and FLOP over peak:
///
///     touched/ep 3 d f/tp w / BW,   touched = E (1 - (1 - k/E)^T)
///     6 d f/tp T k/ep imbalance / peak
IdealTime moeIdeal(const MoeShape& shape, NumberFormat format, double tokens, const MoeLoad& load,
                   const Peaks& peaks);

/// Even routing: the expected number of distinct experts, imbalance 1.
MoeLoad evenLoad(const MoeShape& shape, double tokens);

/// Measured layers of routed experts of one system.
class MoeTable {
 public:
  MoeTable(const KernelTable& table, const Peaks& source);

  /// What is asked of the table.
  struct Query {
    MoeShape shape;
    NumberFormat format = NumberFormat::kBf16;
    std::string_view engine = "trtllm";  ///< "trtllm", "vllm"
    double skew = 1.2;         ///< exponent of the power law of tokens over experts; 0: even
    bool alternatives = true;  ///< other formats and engines may lend a faster kernel
  };
  struct Measured {
    std::string engine;
    NumberFormat format;
    double skew;
    MoeShape shape;
    std::vector<double> log_utilisation;  ///< over tokens; NaN: not measured
  };

  /// Interpolated in skew between the even and the power-law table (0 and 1.2; beyond them
  /// extrapolated). Where one of the two is missing the other one stands for it, transferred. A
  /// shape that was not measured takes ln utilisation from the two nearest. Lower precisions are
  /// never slower than the same shape in a higher one: some tables hold an untuned kernel. None
  /// when nothing is near.
  std::optional<ExpertsCurve> bind(const Query& query, const Peaks& target,
                                   const MoeShape* hidden = nullptr) const;

  const std::vector<Measured>& measured() const { return measured_; }
  const std::vector<double>& tokens() const { return tokens_; }
  /// Whose experts were measured, TensorRT-LLM's first: they stand for those of other engines.
  std::vector<std::string> engines() const;
  const Peaks& source() const { return source_; }

 private:
  struct Curve {
    std::vector<double> log_utilisation;
    bool exact = false;
  };
  std::optional<Curve> curveOf(std::string_view engine, NumberFormat format, double skew,
                               const MoeShape& shape, const MoeShape* hidden) const;
  std::optional<Curve> curveAt(const Query& query, NumberFormat format, std::string_view engine,
                               const MoeShape* hidden) const;

  /// ln utilisation of a row. Some rows hold an untuned kernel, up to nine times slower than the
  /// same layer split over more or fewer devices: times 1.3 times beyond what another split allows
  /// are taken from it, and the curve is not exact then.
  Curve boundedBySplits(const Measured& row, const MoeShape* hidden) const;

  double leastSeconds(std::string_view engine, NumberFormat format) const;

  Peaks source_;
  std::vector<double> tokens_;
  std::vector<Measured> measured_;
  /// The shortest time of any layer: launches that no shape avoids.
  std::map<std::pair<std::string, NumberFormat>, double> least_seconds_;
};

/// Experts of which nothing was measured: the roofline with these shares of the peaks.
ExpertsCurve rooflineMoe(const MoeShape& shape, NumberFormat format, const Peaks& peaks,
                         double compute_share, double bandwidth_share);

}  // namespace moe
