#include "costmodel/operators/collective.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

constexpr double kBytes = 2;  // of an activation in bf16

/// Time of the bytes that pass one link: 2 (g - 1)/g of the message.
double idealSeconds(double devices, double elements, double link_bytes_per_s) {
  return 2 * (devices - 1) / devices * elements * kBytes / link_bytes_per_s;
}

}  // namespace

OperatorTime Collective::time(double elements) const {
  if (devices <= 1) return {};
  const double ideal = idealSeconds(devices, utilisation.clampedY(elements), link_bytes_per_s);
  return {latency_s + ideal / utilisation.utilisation(elements), {0, ideal}};
}

CollectiveTable::CollectiveTable(const KernelTable& table, const Peaks& source)
    : source_(source), elements_(table.axis) {
  for (const KernelTable::Row& row : table.rows) {
    if (table.number(row, 1) != kBytes) continue;
    Measured measured{std::string(row.shape[0]), table.number(row, 2), {}};
    for (std::size_t i = 0; i < elements_.size(); ++i)
      measured.log_utilisation.push_back(std::log(
          idealSeconds(measured.devices, elements_[i], source.link_bytes_per_s) / row.seconds[i]));
    measured_.push_back(std::move(measured));
  }
}

std::optional<Collective> CollectiveTable::bind(std::string_view operation, double devices,
                                                const Peaks& target) const {
  if (devices <= 1) return Collective{.basis = Basis::kMeasured};  // nothing to send
  const Measured* below = nullptr;
  const Measured* above = nullptr;
  for (const Measured& candidate : measured_) {
    if (candidate.operation != operation) continue;
    const bool lower = candidate.devices <= devices;
    const Measured*& side = lower ? below : above;
    const bool nearer =
        !side || (lower ? candidate.devices > side->devices : candidate.devices < side->devices);
    if (nearer) side = &candidate;
  }
  if (!below && !above) return std::nullopt;
  if (!below) below = above;
  if (!above || below->devices == devices) above = below;
  const double span = std::log(above->devices / below->devices);
  const double share = span > 0 ? std::log(devices / below->devices) / span : 0;
  // A host without peer-to-peer transfers sends large messages through its memory: L40S's tables
  // have 0.08 and 0.04 of the link among 4 and 8. Other hosts have them, so the ring is the better
  // answer.
  constexpr double kPeerToPeer = 0.2;
  const auto best = [](const Measured& measured) {
    double most = -HUGE_VAL;
    for (const double value : measured.log_utilisation) most = std::fmax(most, value);
    return most;
  };
  if (std::min(best(*below), best(*above)) < std::log(kPeerToPeer)) return std::nullopt;
  std::vector<double> logs;
  for (std::size_t i = 0; i < elements_.size(); ++i)
    logs.push_back(below->log_utilisation[i] +
                   share * (above->log_utilisation[i] - below->log_utilisation[i]));
  const bool measured = below->devices == devices || above->devices == devices;
  const bool inside = devices >= below->devices && devices <= above->devices;
  // Small messages wait for latency, which does not depend on the link: the source's link is used
  // unless the target's is slower.
  const double link = std::min(source_.link_bytes_per_s, target.link_bytes_per_s);
  return Collective{devices,
                    kBytes,
                    link > 0 ? link : source_.link_bytes_per_s,
                    UtilisationGrid(elements_, std::move(logs)),
                    0,
                    measured || inside ? Basis::kInterpolated : Basis::kTransferred};
}

Collective ringCollective(double devices, const Peaks& peaks, double link_share, double latency_s) {
  return {
      devices,   kBytes,          peaks.link_bytes_per_s * link_share, UtilisationGrid::constant(1),
      latency_s, Basis::kRoofline};
}

}  // namespace moe
