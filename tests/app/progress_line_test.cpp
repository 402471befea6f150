#include "app/cli/progress_line.h"

#include <gtest/gtest.h>

#include <sstream>

namespace moe::cli {
namespace {

using namespace std::chrono_literals;
const ProgressLine::Time kStart{};

TEST(ProgressLine, IsSilentInTheFirstSecond) {
  std::ostringstream err;
  ProgressLine line(err, true, kStart);
  line.update("bootstrap", 0.5, kStart + 999ms);
  line.clear();
  EXPECT_EQ(err.str(), "");
}

TEST(ProgressLine, RewritesOneLineOnATerminalAndWipesIt) {
  std::ostringstream err;
  ProgressLine line(err, true, kStart);
  line.update("bootstrap", 0.25, kStart + 1s);
  line.update("bootstrap", 0.3, kStart + 1050ms);  // too soon to be read
  line.update("bootstrap", 0.5, kStart + 2s);
  line.clear();
  EXPECT_EQ(err.str(), "\r\033[Kbootstrap: 25 %\r\033[Kbootstrap: 50 %\r\033[K");
}

TEST(ProgressLine, AddsALineEveryTenSecondsElsewhere) {
  std::ostringstream err;
  ProgressLine line(err, false, kStart);
  line.update("bootstrap", 0.1, kStart + 1s);
  line.update("bootstrap", 0.2, kStart + 10s);
  line.update("bootstrap", 0.3, kStart + 11s);
  line.clear();
  EXPECT_EQ(err.str(), "bootstrap: 10 %\nbootstrap: 30 %\n");
}

}  // namespace
}  // namespace moe::cli
