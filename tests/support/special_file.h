#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include "app/workflows/write_file.h"
#include "tests/support/temporary_folder.h"

namespace moe::test {

/// What arrives in a named pipe of our own when writeFile gets its name; empty when the pipe was
/// replaced by a file.
inline std::string writtenIntoPipe(std::string_view content) {
  const TemporaryFolder folder;
  const auto pipe = folder.path() / "pipe";
  if (::mkfifo(pipe.c_str(), 0600) != 0) return {};
  const int reader = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (reader < 0) return {};
  std::string arrived;
  if (writeFile(pipe, content) && std::filesystem::is_fifo(pipe)) {
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(reader, buffer.data(), buffer.size());
    if (count > 0) arrived.assign(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(reader);
  return arrived;
}

/// Ask this before a test hands a device of the machine to the program: run as root, a writeFile
/// that renames over special files would replace the device for every process.
inline bool mayTouchDevices() { return writtenIntoPipe("x") == "x"; }

}  // namespace moe::test
