#include "costmodel/kernels/cpu/control_group.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::TemporaryFolder;

void writeIn(const TemporaryFolder& folder, const std::string& file, const std::string& text) {
  std::filesystem::create_directories((folder.path() / file).parent_path());
  folder.write(file, text);
}

TEST(ControlGroup, ReadsVersionTwo) {
  const TemporaryFolder folder;
  writeIn(folder, "box/job/cpu.max", "150000 100000\n");
  writeIn(folder, "box/job/memory.max", "4000000\n");
  writeIn(folder, "box/job/memory.current", "3000000\n");
  writeIn(folder, "box/job/memory.stat", "anon 1\nfile 9\ninactive_file 500000\n");
  const auto limits = controlGroupLimits("0::/box/job\n", folder.path());
  EXPECT_EQ(limits.processors, 1.5);
  EXPECT_EQ(limits.memory, Bytes(4000000));
  EXPECT_EQ(limits.memory_free, Bytes(1500000));  // 4 - (3 - 0.5) million
}

TEST(ControlGroup, HoldsTheLeastOfAllGroupsAbove) {
  const TemporaryFolder folder;
  writeIn(folder, "box/cpu.max", "50000 100000\n");
  writeIn(folder, "box/job/cpu.max", "max 100000\n");
  writeIn(folder, "box/memory.max", "1000\n");
  writeIn(folder, "box/memory.current", "900\n");
  writeIn(folder, "box/job/memory.max", "8000\n");
  const auto limits = controlGroupLimits("0::/box/job\n", folder.path());
  EXPECT_EQ(limits.processors, 0.5);
  EXPECT_EQ(limits.memory, Bytes(1000));
  EXPECT_EQ(limits.memory_free, Bytes(100));
}

TEST(ControlGroup, ReadsVersionOne) {
  const TemporaryFolder folder;
  writeIn(folder, "cpu,cpuacct/docker/cpu.cfs_quota_us", "300000\n");
  writeIn(folder, "cpu,cpuacct/docker/cpu.cfs_period_us", "100000\n");
  writeIn(folder, "memory/docker/memory.limit_in_bytes", "2000\n");
  writeIn(folder, "memory/docker/memory.usage_in_bytes", "1500\n");
  writeIn(folder, "memory/docker/memory.stat", "cache 700\ntotal_inactive_file 600\n");
  const auto limits = controlGroupLimits(
      "5:memory:/docker\n3:cpu,cpuacct:/docker\n1:name=systemd:/x\n", folder.path());
  EXPECT_EQ(limits.processors, 3);
  EXPECT_EQ(limits.memory, Bytes(2000));
  EXPECT_EQ(limits.memory_free, Bytes(1100));
}

// A container is told the path that its host knows, and sees its own group as the root.
TEST(ControlGroup, FindsTheMountedRootBehindAForeignPath) {
  const TemporaryFolder folder;
  writeIn(folder, "cpu.max", "200000 100000\n");
  EXPECT_EQ(controlGroupLimits("0::/system.slice/docker-1.scope\n", folder.path()).processors, 2);
}

TEST(ControlGroup, WithoutLimitsHasNone) {
  const TemporaryFolder folder;
  writeIn(folder, "cpu.max", "max 100000\n");
  writeIn(folder, "memory.max", "max\n");
  writeIn(folder, "memory/memory.limit_in_bytes", "9223372036854771712\n");
  writeIn(folder, "cpu/cpu.cfs_quota_us", "-1\n");
  writeIn(folder, "cpu/cpu.cfs_period_us", "100000\n");
  const auto limits = controlGroupLimits("0::/\n2:memory:/\n1:cpu:/\n", folder.path());
  EXPECT_FALSE(limits.processors);
  EXPECT_FALSE(limits.memory);
  EXPECT_FALSE(limits.memory_free);
  EXPECT_FALSE(controlGroupLimits("no groups", folder.path()).memory);
  EXPECT_FALSE(controlGroupLimits("", folder.path()).memory);
}

}  // namespace
}  // namespace moe
