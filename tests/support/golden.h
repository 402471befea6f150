#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace moe::test {

/// True when the tests shall write the files that they compare with: after a change that was meant,
/// run them once with MOEPLAN_UPDATE_GOLDEN=1 and read the difference before you commit it.
inline bool updatesGolden() { return std::getenv("MOEPLAN_UPDATE_GOLDEN") != nullptr; }

/// Compares with a file, word for word.
inline void expectSameAsFile(const std::string& text, const std::string& file) {
  if (updatesGolden()) std::ofstream(file, std::ios::binary) << text;
  EXPECT_TRUE(text == fileText(file)) << text << "\ndiffers from " << file
                                      << "; if that is meant, run once with "
                                         "MOEPLAN_UPDATE_GOLDEN=1";
}

}  // namespace moe::test
