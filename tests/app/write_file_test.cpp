#include "app/workflows/write_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "tests/support/special_file.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::fileText;
using test::TemporaryFolder;

TEST(WriteFile, WritesAndReplaces) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "law.json";
  ASSERT_TRUE(writeFile(path, "first"));
  ASSERT_TRUE(writeFile(path, "second"));
  EXPECT_EQ(fileText(path), "second");
  EXPECT_EQ(folder.size(), 1u);  // nothing is left beside it
}

TEST(WriteFile, FollowsALink) {
  const TemporaryFolder folder;
  const auto target = folder.write("target.json", "old");
  std::filesystem::create_symlink(target, folder.path() / "link.json");
  ASSERT_TRUE(writeFile(folder.path() / "link.json", "new"));
  EXPECT_EQ(fileText(target), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "link.json"));
}

TEST(WriteFile, KeepsThePermissionsOfWhatItReplaces) {
  using std::filesystem::perms;
  const TemporaryFolder folder;
  const auto path = folder.write("law.json", "old");
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write);
  ASSERT_TRUE(writeFile(path, "new"));
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);
}

TEST(WriteFile, ReportsAFullDisk) {
  ASSERT_TRUE(test::mayTouchDevices());
  const Result<void> written = writeFile("/dev/full", "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::kInput);
  EXPECT_EQ(describe(written.error()), "/dev/full: cannot write: No space left on device");
}

/// Files may not grow beyond so many bytes while this lives: a disk that fills.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST(WriteFile, LeavesTheOldFileWhenTheDiskFillsHalfWay) {
  const TemporaryFolder folder;
  const auto path = folder.write("law.json", "old");
  Result<void> written;
  {
    const SmallDisk disk(100);
    written = writeFile(path, std::string(1000, 'x'));
  }
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "cannot write: File too large");
  EXPECT_EQ(fileText(path), "old");
  EXPECT_EQ(folder.size(), 1u);
}

// A pipe stands for every special file: tests may run as root, and a device is the machine's.
TEST(WriteFile, WritesIntoAPipeAndDoesNotReplaceIt) {
  EXPECT_EQ(test::writtenIntoPipe("text"), "text");
}

// Below a regular file nobody can create a file, not even root.
TEST(WriteFile, ReportsAnUnwritableFolderAndLeavesNothing) {
  const TemporaryFolder folder;
  const auto file = folder.write("file", "old");
  const Result<void> written = writeFile(file / "law.json", "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(describe(written.error()),
            (file / "law.json").string() + ": cannot write: Not a directory");
  EXPECT_EQ(folder.size(), 1u);
  EXPECT_EQ(fileText(file), "old");
}

TEST(WriteFile, ReportsAFolderAsTarget) {
  const TemporaryFolder folder;
  const Result<void> written = writeFile(folder.path(), "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "cannot write: Is a directory");
}

TEST(WriteFile, ReportsAFolderThatDoesNotExist) {
  const TemporaryFolder folder;
  const Result<void> written = writeFile(folder.path() / "missing" / "law.json", "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "cannot write: No such file or directory");
}

TEST(WriteFile, RefusesAnEmptyName) { EXPECT_FALSE(writeFile("", "text")); }

}  // namespace
}  // namespace moe
