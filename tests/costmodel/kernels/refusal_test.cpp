#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "costmodel/kernels/cpu/guarded.h"
#include "costmodel/kernels/cpu/onednn_product.h"
#include "costmodel/kernels/cpu/thread_team.h"
#include "costmodel/kernels/kernel_set.h"
#include "tests/support/refused_threads.h"
#include "tests/support/sanitizer.h"

namespace moe {
namespace {

TEST(CpuKernelSet, MakesAnErrorOfAThreadThatTheSystemRefuses) {
  const test::RefusedThreads refused;
  const auto product = cpuKernelSet()->matrixProduct({4, 64, 64, LayerPrecision::kF32, 3});
  ASSERT_FALSE(product);
  EXPECT_EQ(product.error().kind, ErrorKind::kInfeasible);
  EXPECT_NE(describe(product.error()).find("the system refuses a thread"), std::string::npos)
      << describe(product.error());
}

/// Leaves room for two stacks, then asks for 63. Exit 7: the team gave up as it should.
void startTeamInLittleRoom() {
  long pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  constexpr rlim_t kRoom = rlim_t{20} << 20;
  const rlim_t bytes = static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  const rlimit limit{bytes + kRoom, bytes + kRoom};
  if (setrlimit(RLIMIT_AS, &limit) != 0) std::_Exit(2);
  try {
    const ThreadTeam team(64);
  } catch (const std::system_error&) {
    std::_Exit(7);
  }
  std::_Exit(1);
}

// Threads that run already must end before the exception leaves the constructor.
TEST(ThreadTeam, ThatCannotStartAllItsThreadsLeavesNone) {
  if (test::kSanitized) GTEST_SKIP() << "the sanitizer maps memory for every thread itself";
  EXPECT_EXIT(startTeamInLittleRoom(), testing::ExitedWithCode(7), "");
}

TEST(Guarded, MakesErrorsOfWhatIsRefused) {
  const auto message = [](auto thrown) {
    const Result<int> result = guarded([&]() -> Result<int> { throw thrown; });
    EXPECT_EQ(result.error().kind, ErrorKind::kInfeasible);
    return describe(result.error());
  };
  EXPECT_EQ(message(std::bad_alloc()),
            "kernels: not enough memory for this shape; take a smaller one");
  EXPECT_EQ(message(OnednnRefusal("12 rows")), "kernels: oneDNN refuses a product: 12 rows");
  EXPECT_EQ(guarded([]() -> Result<int> { return 3; }), 3);
}

TEST(Guarded, LetsOurOwnBugsPass) {
  EXPECT_THROW(guarded([]() -> Result<int> {
                 require(false, "a bug");
                 return 3;
               }),
               std::exception);
}

// A negative number of inputs stands for whatever oneDNN does not do on some machine.
TEST(OnednnProduct, SaysWhatTheLibraryRefuses) {
  OnednnProduct product({WeightLayout{-64, 64, false, false}, 64}, 1);
  for (int again = 0; again < 2; ++again) {  // nothing half made is left behind
    try {
      product.prepare(8);
      FAIL() << "oneDNN made it";
    } catch (const OnednnRefusal& refusal) {
      EXPECT_EQ(std::string(refusal.what()).find("8 rows of -64 x 64: "), 0u) << refusal.what();
    }
  }
}

}  // namespace
}  // namespace moe
