#include "data/logs/byte_window.h"

#include <algorithm>
#include <cstring>

namespace moe {
namespace {

constexpr std::size_t kPiece = 1 << 20;

}  // namespace

bool ByteWindow::grow() {
  if (source_ == nullptr || problem_) return false;
  const std::size_t kept = view_.size();
  if (buffer_.empty()) buffer_.resize(kPiece);
  if (kept > buffer_.size() / 2) {
    std::vector<char> larger(2 * buffer_.size());
    std::memcpy(larger.data(), view_.data(), kept);
    buffer_.swap(larger);
  } else if (kept > 0) {
    std::memmove(buffer_.data(), view_.data(), kept);
  }
  const Result<std::size_t> count = source_->read(std::span(buffer_).subspan(kept));
  if (!count) problem_ = count.error();
  const std::size_t fresh = count ? *count : 0;
  view_ = {buffer_.data(), kept + fresh};
  return fresh > 0;
}

bool ByteWindow::want(std::size_t count) {
  while (view_.size() < count) {
    if (!grow()) return false;
  }
  return true;
}

bool ByteWindow::discard(std::uint64_t count) {
  while (count > view_.size()) {
    count -= view_.size();
    take(view_.size());
    if (!grow()) return false;
  }
  take(static_cast<std::size_t>(count));
  return true;
}

bool ByteWindow::discardLine() {
  for (;;) {
    const std::size_t end = view_.find('\n');
    take(end == std::string_view::npos ? view_.size() : end + 1);
    if (end != std::string_view::npos) return true;
    if (!grow()) return false;
  }
}

void takeByteOrderMark(ByteWindow& window) {
  window.want(3);
  if (window.view().starts_with("\xEF\xBB\xBF")) window.take(3);
}

}  // namespace moe
