#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace moe {

/// A file with this content that lives as long as the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content, std::string_view extension = ".csv") {
    static std::atomic<int> count = 0;
    path_ =
        std::filesystem::temp_directory_path() / ("moeplan-test-" + std::to_string(getpid()) + "-" +
                                                  std::to_string(count++) + std::string(extension));
    std::ofstream(path_, std::ios::binary) << content;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace moe
