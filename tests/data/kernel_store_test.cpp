#include "data/kernels/kernel_store.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <set>

#include "data/catalog/catalog.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

// One time that no shipped table has.
constexpr const char* kOwnGemm = "dtype,n,k,1,2\nbf16,64,128,123.5,124\n";

std::optional<KernelTable> load(const std::string& system, KernelOperation operation,
                                const fs::path& directory = {}) {
  auto table = loadKernelTable(system, operation, directory);
  EXPECT_TRUE(table) << describe(table.error());
  return table ? *std::move(table) : std::nullopt;
}

// A folder of tables as a user keeps them.
class OwnTables : public testing::Test {
 protected:
  const test::TemporaryFolder folder_;
};

TEST_F(OwnTables, WinOverTheShippedOnes) {
  const fs::path file = folder_.write("kernels/h100_sxm/gemm.csv", kOwnGemm);
  const auto table = load("h100_sxm", KernelOperation::kGemm, folder_.path());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->where, file.string());
  ASSERT_EQ(table->rows.size(), 1u);
  EXPECT_DOUBLE_EQ(table->rows[0].seconds[0], 123.5e-6);
}

TEST_F(OwnTables, LeaveOtherOperationsAndSystemsAsTheyShip) {
  folder_.write("kernels/h100_sxm/gemm.csv", kOwnGemm);
  EXPECT_GT(load("h200_sxm", KernelOperation::kGemm, folder_.path())->rows.size(), 1u);
  EXPECT_GT(load("h100_sxm", KernelOperation::kMoe, folder_.path())->rows.size(), 1u);
}

TEST_F(OwnTables, MayBeOfASystemThatDoesNotShip) {
  folder_.write("kernels/own_board/gemm.csv", kOwnGemm);
  EXPECT_EQ(load("own_board", KernelOperation::kGemm, folder_.path())->rows.size(), 1u);
  EXPECT_FALSE(load("own_board", KernelOperation::kMoe, folder_.path()));
  EXPECT_FALSE(load("own_board", KernelOperation::kGemm));
}

TEST_F(OwnTables, MayBeCompressed) {
  const fs::path file = folder_.write("kernels/h100_sxm/gemm.csv.gz", "");
  gzFile out = gzopen(file.c_str(), "wb");
  gzputs(out, kOwnGemm);
  gzclose(out);
  const auto table = load("h100_sxm", KernelOperation::kGemm, folder_.path());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows.size(), 1u);
}

TEST_F(OwnTables, ThatAreDamagedAreRefusedAndNotReplacedByTheShippedOnes) {
  const fs::path file =
      folder_.write("kernels/h100_sxm/gemm.csv", "dtype,n,k,1\nbf16,64,128,fast\n");
  const auto table = loadKernelTable("h100_sxm", KernelOperation::kGemm, folder_.path());
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(describe(table.error()),
            file.string() + ":2: a time is 'fast'; it must be a positive number of microseconds");
}

TEST_F(OwnTables, CutOffInTheMiddleOfGzipDataAreRefused) {
  const fs::path file = folder_.write("kernels/h100_sxm/gemm.csv.gz", "");
  gzFile out = gzopen(file.c_str(), "wb");
  gzputs(out, kOwnGemm);
  gzclose(out);
  fs::resize_file(file, fs::file_size(file) / 2);
  const auto table = loadKernelTable("h100_sxm", KernelOperation::kGemm, folder_.path());
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(describe(table.error()),
            file.string() + ": the gzip data is damaged: it ends too early");
}

// Which operations the source lists for each device (it measured dispatch among nodes on Hopper
// and Blackwell data-centre devices only).
TEST(ShippedKernels, HoldEveryOperationOfEverySystem) {
  const std::set<std::string> without_dispatch{"a100_sxm", "l40s"};
  EXPECT_EQ(kernelSystems().size(), 5u);
  EXPECT_EQ(kernelOperations().size(), 8u);
  for (const std::string& system : kernelSystems())
    for (const KernelOperation operation : kernelOperations()) {
      SCOPED_TRACE(system + " " + std::string(name(operation)));
      const auto table = load(system, operation);
      const bool dispatch = operation == KernelOperation::kDeepEp;
      EXPECT_EQ(table.has_value(), !dispatch || !without_dispatch.contains(system));
    }
}

TEST(ShippedKernels, BelongToAcceleratorsOfTheCatalogThatNameThem) {
  const auto catalog = loadHardware({}).value();
  for (const std::string& system : kernelSystems()) {
    const auto entry = findHardware(catalog, measuredAccelerator(system));
    ASSERT_TRUE(entry) << system;
    EXPECT_EQ(entry->kernel_tables, system);
  }
  EXPECT_EQ(measuredAccelerator("own_board"), "");
}

// They are built into the program, which must stay small.
TEST(ShippedKernels, TakeLessThanEightMegabytes) {
  std::uintmax_t bytes = 0;
  std::size_t files = 0;
  for (const auto& file :
       fs::recursive_directory_iterator(std::string(MOEPLAN_SOURCE_DIR) + "/data/tables/kernels"))
    if (file.is_regular_file() && file.path().extension() == ".gz")
      bytes += file.file_size(), ++files;
  EXPECT_EQ(files, 38u);  // 5 systems x 8 operations, less dispatch on two
  EXPECT_LT(bytes, 8'000'000u);
}

}  // namespace
}  // namespace moe
