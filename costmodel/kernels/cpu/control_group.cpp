#include "costmodel/kernels/cpu/control_group.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "data/numbers.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

std::string groupText(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<double> groupNumber(const fs::path& path) {
  return parseNumber(trimmed(groupText(path)));
}

/// The number behind a key in a file of lines "key number"; 0 when it is not there.
double statNumber(const fs::path& path, std::string_view key) {
  std::ifstream file(path);
  std::string name;
  for (double value = 0; file >> name >> value;)
    if (name == key) return value;
  return 0;
}

template <class Value>
void keepLeast(std::optional<Value>& least, Value value) {
  least = least ? std::min(*least, value) : value;
}

void addQuota(const fs::path& group, ControlGroupLimits& limits) {
  const std::string both = groupText(group / "cpu.max");  // "150000 100000" or "max 100000"
  const auto space = both.find(' ');
  if (space != std::string::npos) {
    const auto quota = parseNumber(std::string_view(both).substr(0, space));
    const auto period = parseNumber(trimmed(std::string_view(both).substr(space)));
    if (quota && period && *quota > 0 && *period > 0)
      keepLeast(limits.processors, *quota / *period);
  }
  const auto quota = groupNumber(group / "cpu.cfs_quota_us");  // -1: none
  const auto period = groupNumber(group / "cpu.cfs_period_us");
  if (quota && period && *quota > 0 && *period > 0) keepLeast(limits.processors, *quota / *period);
}

void addMemory(const fs::path& group, ControlGroupLimits& limits) {
  const auto add = [&](const char* limit_file, const char* used_file, const char* cache_key) {
    const auto limit = groupNumber(group / limit_file);
    // Version 1 writes the largest multiple of a page below 2^63 for none.
    if (!limit || !(*limit > 0) || *limit >= 0x1p62) return;
    const double used = groupNumber(group / used_file).value_or(0);
    const double cache = std::min(used, statNumber(group / "memory.stat", cache_key));
    keepLeast(limits.memory, Bytes(*limit));
    keepLeast(limits.memory_free, Bytes(std::max(0.0, *limit - (used - cache))));
  };
  add("memory.max", "memory.current", "inactive_file");
  add("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
}

/// The group at `path` below where its controllers are mounted, and all above it.
template <class Add>
void addUpwards(const fs::path& mount, std::string_view path, const Add& add) {
  fs::path group = fs::path(path).lexically_normal().relative_path();
  while (!group.empty()) {
    add(mount / group);
    group = group.parent_path();
  }
  add(mount);
}

bool hasController(std::string_view controllers, std::string_view wanted) {
  while (!controllers.empty()) {
    const auto comma = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, comma) == wanted) return true;
    controllers.remove_prefix(std::min(comma + 1, controllers.size()));
  }
  return false;
}

/// One line "4:cpu,cpuacct:/path", or "0::/path" of version 2.
void addMembership(std::string_view line, const fs::path& root, ControlGroupLimits& limits) {
  const auto first = line.find(':');
  const auto second = line.find(':', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return;
  const std::string_view controllers = line.substr(first + 1, second - first - 1);
  const std::string_view path = trimmed(line.substr(second + 1));
  const auto quota = [&](const fs::path& group) { addQuota(group, limits); };
  const auto memory = [&](const fs::path& group) { addMemory(group, limits); };
  if (controllers.empty()) {
    addUpwards(root, path, quota);
    addUpwards(root, path, memory);
  }
  for (const std::string_view mount : {controllers, std::string_view("cpu")})
    if (hasController(controllers, "cpu")) addUpwards(root / mount, path, quota);
  for (const std::string_view mount : {controllers, std::string_view("memory")})
    if (hasController(controllers, "memory")) addUpwards(root / mount, path, memory);
}

}  // namespace

ControlGroupLimits controlGroupLimits(std::string_view membership, const fs::path& root) {
  ControlGroupLimits limits;
  while (!membership.empty()) {
    const auto end = std::min(membership.find('\n'), membership.size());
    addMembership(membership.substr(0, end), root, limits);
    membership.remove_prefix(std::min(end + 1, membership.size()));
  }
  return limits;
}

ControlGroupLimits controlGroupLimits() {
  return controlGroupLimits(groupText("/proc/self/cgroup"), "/sys/fs/cgroup");
}

}  // namespace moe
