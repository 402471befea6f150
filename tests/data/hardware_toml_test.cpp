#include "data/catalog/hardware_toml.h"

#include <gtest/gtest.h>

#include "data/catalog/catalog.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

HardwareEntry machineEntry() {
  HardwareEntry entry;
  entry.name = "A \"quoted\" CPU \\ 2";
  entry.aliases = {"host", "box"};
  entry.memory = gigabytes(25.3);
  entry.memory_bandwidth = BytesPerSecond(3.25e10);
  entry.peak_f32 = FlopPerSecond(4.5e11);
  entry.peak_bf16 = FlopPerSecond(1.25e12);
  entry.source = "moeplan calibrate";
  entry.verification = "measured";
  entry.efficiency.basis = Basis::kMeasured;
  entry.kernels = {
      {KernelOperation::kGemm, "# microseconds\ndtype,n,k,1,2\nf32,64,64,9.5,10\n", "gemm"}};
  HardwareMeasurement measured;
  measured.date = "2026-11-26T03:40:00Z";
  measured.cpu = "CPU";
  measured.instructions = "avx2";
  measured.library = "oneDNN 2.6.3";
  measured.processors = measured.threads = 2;
  measured.cache_bytes = {49152, 2097152};
  measured.cached = Bytes(67108864);
  measured.foreign_share = 0.0125;
  measured.median_spread = 0.02;
  measured.timings = 100;
  measured.noisy = 3;
  measured.placement = "2 threads on 2 cores";
  measured.bandwidth = {{Bytes(1e6), 1, BytesPerSecond(9e10), BytesPerSecond(1.1e11)},
                        {Bytes(1e9), 2, BytesPerSecond(3.25e10), BytesPerSecond(3e10)}};
  measured.peaks = {{"f32", 1, FlopPerSecond(2.3e11)}, {"bf16", 2, FlopPerSecond(1.25e12)}};
  entry.measurement = measured;
  return entry;
}

Result<HardwareEntry> readBack(const std::string& text) {
  const test::TemporaryFolder folder;
  return readHardwareFile(folder.write("host.toml", text));
}

TEST(HardwareToml, SurvivesWritingAndReading) {
  const HardwareEntry entry = machineEntry();
  const auto read = readBack(hardwareToml(entry));
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(read->name, entry.name);
  EXPECT_EQ(read->aliases, entry.aliases);
  EXPECT_DOUBLE_EQ(read->memory.value(), entry.memory.value());
  EXPECT_DOUBLE_EQ(read->peak_f32->value(), entry.peak_f32->value());
  ASSERT_EQ(read->kernels.size(), 1u);
  EXPECT_EQ(read->kernels[0].text, entry.kernels[0].text);
  ASSERT_TRUE(read->measurement);
  const HardwareMeasurement& measured = *read->measurement;
  EXPECT_EQ(measured.cpu, "CPU");
  EXPECT_EQ(measured.cache_bytes, entry.measurement->cache_bytes);
  EXPECT_EQ(measured.cached, entry.measurement->cached);
  EXPECT_EQ(measured.foreign_share, 0.0125);
  EXPECT_EQ(measured.noisy, 3);
  EXPECT_EQ(measured.placement, "2 threads on 2 cores");
  ASSERT_EQ(measured.bandwidth.size(), 2u);
  EXPECT_EQ(measured.bandwidth[1].triad, BytesPerSecond(3e10));
  EXPECT_EQ(measured.bandwidth[1].threads, 2);
  ASSERT_EQ(measured.peaks.size(), 2u);
  EXPECT_EQ(measured.peaks[1].format, "bf16");
  EXPECT_EQ(hardwareToml(*read), hardwareToml(entry));
}

// Nobody measured 80 us a layer or 0.8 of a link: the file says that they are the reader's.
TEST(HardwareToml, LeavesOutWhatReadersAssume) {
  const std::string text = hardwareToml(machineEntry());
  EXPECT_EQ(text.find("\nfixed_per_layer_us"), std::string::npos);
  EXPECT_EQ(text.find("\nlink "), std::string::npos);
  EXPECT_EQ(text.find("\nlink_latency_us"), std::string::npos);
  EXPECT_NE(text.find("# assumed by readers: fixed_per_layer_us (80), link (0.8), "
                      "link_latency_us (10)\n"),
            std::string::npos)
      << text;
  const auto read = readBack(text);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(read->efficiency.fixed_per_layer, Seconds(80e-6));
  EXPECT_EQ(read->efficiency.link, 0.8);
}

TEST(HardwareToml, KeepsOtherEfficienciesThanTheAssumedOnes) {
  HardwareEntry entry = machineEntry();
  entry.efficiency.fixed_per_layer = Seconds(20e-6);
  entry.efficiency.link = 0.5;
  const auto read = readBack(hardwareToml(entry));
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_DOUBLE_EQ(read->efficiency.fixed_per_layer.value(), 20e-6);
  EXPECT_EQ(read->efficiency.link, 0.5);
}

TEST(HardwareToml, IsFoundByItsPathWhereANameIs) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("host.toml", hardwareToml(machineEntry()));
  const auto catalog = loadHardware({});
  ASSERT_TRUE(catalog);
  const auto found = findHardware(*catalog, file.string());
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_EQ(found->aliases.front(), "host");
}

TEST(HardwareToml, IsFoundInACatalogFolder) {
  const test::TemporaryFolder folder;
  folder.write("hardware.toml", hardwareToml(machineEntry()));
  const auto catalog = loadHardware(folder.path());
  ASSERT_TRUE(catalog) << describe(catalog.error());
  const auto found = findHardware(*catalog, "host");
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_EQ(found->kernels.size(), 1u);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

struct Fault {
  const char* what;
  const char* by;
  const char* message;
};

class BrokenHardwareToml : public testing::TestWithParam<Fault> {};

TEST_P(BrokenHardwareToml, NamesTheFault) {
  const auto [what, by, message] = GetParam();
  const auto read = readBack(replaced(hardwareToml(machineEntry()), what, by));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::kInput);
  EXPECT_NE(describe(read.error()).find(message), std::string::npos) << describe(read.error());
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenHardwareToml,
    testing::Values(
        Fault{"f32,64,64,9.5,10", "f32,64,64,-9.5,10", "gemm:3: a time is '-9.5'"},
        Fault{"gemm = '''", "gem = '''", "gem is not a key of this table; did you mean gemm?"},
        Fault{"cpu = \"CPU\"\n", "", "cpu is missing"},
        Fault{"processors = 2", "processors = 0", "processors must be 1 or more"},
        Fault{"foreign_share = 0.0125", "foreign_share = -1",
              "foreign_share must be a number from 0"},
        Fault{"flop_per_s = [230000000000, ", "flop_per_s = [", "lists of as many values"},
        Fault{"threads = [1, 2]\nread", "threads = [1]\nread", "lists of as many numbers"},
        Fault{"threads = [1, 2]\nread", "threads = [1, 2.5]\nread",
              "threads must be whole numbers from 1"},
        Fault{"threads = [1, 2]\nread", "threads = [1, 1e300]\nread",
              "threads must be whole numbers from 1"},
        Fault{"threads = [1, 2]\nflop", "threads = [1, 3000000000]\nflop",
              "threads must be whole numbers from 1"},
        Fault{"threads = [1, 2]\nflop", "threads = [-1, 2]\nflop",
              "threads must be whole numbers from 1"},
        Fault{"flop_per_s = [230000000000, ", "flop_per_s = [inf, ", "lists of as many values"},
        Fault{"[[accelerator]]", "[[accelerators]]",
              "is not expected here; this file holds [[accelerator]]"}));

TEST(HardwareToml, OfTwoMachinesIsNoMachine) {
  const std::string one = hardwareToml(machineEntry());
  const auto read = readBack(one + one);
  ASSERT_FALSE(read);
  EXPECT_NE(describe(read.error()).find("holds 2 accelerators; one is expected"),
            std::string::npos);
}

}  // namespace
}  // namespace moe
