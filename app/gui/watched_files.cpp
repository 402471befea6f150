#include "app/gui/watched_files.h"

namespace moe::gui {
namespace {

namespace fs = std::filesystem;

constexpr int kRestMilliseconds = 200;  // a file is written in several pieces

}  // namespace

WatchedFiles::WatchedFiles(QObject* parent) : QObject(parent) {
  rest_.setSingleShot(true);
  rest_.setInterval(kRestMilliseconds);
  connect(&rest_, &QTimer::timeout, this, &WatchedFiles::compare);
  const auto wait = [this] {
    if (!rest_.isActive()) rest_.start();  // a file that grows all the time is told all the same
  };
  connect(&watcher_, &QFileSystemWatcher::fileChanged, this, wait);
  connect(&watcher_, &QFileSystemWatcher::directoryChanged, this, wait);
}

WatchedFiles::Stamp WatchedFiles::stampOf(const std::string& file) {
  std::error_code gone;
  const auto written = fs::last_write_time(file, gone);
  if (gone) return {};
  const auto bytes = fs::file_size(file, gone);
  return {written, gone ? 0 : bytes};
}

void WatchedFiles::watch(const std::vector<std::string>& files) {
  rest_.stop();
  stamps_.clear();
  for (const std::string& file : files) stamps_[file] = stampOf(file);
  watchPaths();
}

/// A file that is replaced falls out of the watch, so its folder is watched beside it.
void WatchedFiles::watchPaths() {
  QStringList wanted;
  std::error_code gone;
  for (const auto& [file, stamp] : stamps_) {
    const fs::path folder = fs::absolute(file, gone).parent_path();
    for (const fs::path& path : {fs::path(file), folder})
      if (fs::exists(path, gone)) wanted << QString::fromStdString(path.string());
  }
  wanted.removeDuplicates();
  QStringList surplus = watcher_.files() + watcher_.directories();
  QStringList missing;
  for (const QString& path : wanted)
    if (!surplus.removeOne(path)) missing << path;
  if (!surplus.isEmpty()) watcher_.removePaths(surplus);
  if (!missing.isEmpty()) watcher_.addPaths(missing);
}

void WatchedFiles::acceptAsTheyAre() {
  for (auto& [file, stamp] : stamps_) stamp = stampOf(file);
}

void WatchedFiles::compare() {
  QStringList others;
  for (auto& [file, stamp] : stamps_) {
    const Stamp now = stampOf(file);
    if (now == stamp) continue;
    stamp = now;
    if (now != Stamp{})
      others << QString::fromStdString(file);  // a file that is gone may come back
  }
  watchPaths();
  if (!others.isEmpty()) emit changed(others);
}

}  // namespace moe::gui
