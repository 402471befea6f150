#include "app/workflows/write_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace moe {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> cannotWrite(const fs::path& path, int cause) {
  return fail(ErrorKind::kInput, path.string(),
              "cannot write: " + std::generic_category().message(cause));
}

/// 0, or the errno of the first failure. Closing counts: some file systems report a full disk then.
int writeAll(int file, std::string_view content, bool sync) {
  int cause = 0;
  while (!content.empty() && cause == 0) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      cause = errno;
    }
  }
  if (cause == 0 && sync && ::fsync(file) != 0) cause = errno;
  if (::close(file) != 0 && cause == 0) cause = errno;
  return cause;
}

Result<void> writeDirectly(const fs::path& path, std::string_view content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return cannotWrite(path, errno);
  if (const int cause = writeAll(file, content, false)) return cannotWrite(path, cause);
  return {};
}

Result<void> writeBeside(const fs::path& shown, const fs::path& target, mode_t mode,
                         std::string_view content) {
  const fs::path beside = fmt::format("{}.{}.part", target.string(), ::getpid());
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return cannotWrite(shown, errno);
  int cause = writeAll(file, content, true);
  if (cause == 0 && ::rename(beside.c_str(), target.c_str()) != 0) cause = errno;
  if (cause == 0) return {};
  ::unlink(beside.c_str());
  return cannotWrite(shown, cause);
}

}  // namespace

Result<void> writeFile(const fs::path& path, std::string_view content) {
  if (path.empty()) return fail(ErrorKind::kInput, "output file", "the name is empty");
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return writeBeside(path, path, 0666, content);
  if (S_ISDIR(found.st_mode)) return cannotWrite(path, EISDIR);
  if (!S_ISREG(found.st_mode)) return writeDirectly(path, content);
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  if (error) return cannotWrite(path, error.value());
  return writeBeside(path, target, found.st_mode & 0777, content);
}

}  // namespace moe
