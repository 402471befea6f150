#include "app/gui/document.h"

#include <QDir>
#include <QStandardPaths>
#include <QUuid>

#include "app/gui/session.h"
#include "app/workflows/write_file.h"
#include "data/readers/file_text.h"

namespace moe::gui {
namespace {

namespace fs = std::filesystem;

constexpr int kAutosaveMilliseconds = 3000;

const char* const kCopyPrefix = "recovery-";
const char* const kCopyEnding = ".moeplan";

/// Where copies lie: one for each open window, beside a lock that ends with its program.
fs::path recoveryFolder() {
  return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation).toStdString();
}

QString lockOf(const fs::path& copy) {
  return QString::fromStdString(fs::path(copy).replace_extension(".lock").string());
}

std::unique_ptr<QLockFile> makeLock(const fs::path& copy) {
  auto lock = std::make_unique<QLockFile>(lockOf(copy));
  lock->setStaleLockTime(0);  // by its process alone, however long it runs
  return lock;
}

bool isOrphan(const fs::path& copy) { return makeLock(copy)->tryLock(0); }

void removeCopy(const fs::path& copy) {
  std::error_code ignored;
  fs::remove(copy, ignored);
}

}  // namespace

Document::Document(Session& session, QObject* parent) : QObject(parent), session_(session) {
  autosave_.setSingleShot(true);
  autosave_.setInterval(kAutosaveMilliseconds);
  connect(&autosave_, &QTimer::timeout, this, &Document::saveRecovery);
  connect(&session_, &Session::projectChanged, this, [this] {
    if (session_.history().modified()) autosave_.start();
  });
  connect(&watched_, &WatchedFiles::changed, this, [this] {
    const auto text = readFileBytes(session_.history().file());
    if (!text || *text == on_disk_) return;
    on_disk_ = *text;  // say it once for each change
    emit changedOnDisk();
  });
}

void Document::watch() {
  const fs::path& file = session_.history().file();
  watched_.watch(file.empty() ? std::vector<std::string>{} : std::vector{file.string()});
}

void Document::makeNew() {
  session_.open(Project{}, {});
  watch();
}

Result<void> Document::open(const fs::path& path) {
  auto text = readFileBytes(path);
  if (!text) return tl::unexpected(text.error());
  auto project = parseProject(*text, path);
  if (!project) return tl::unexpected(project.error());
  on_disk_ = *std::move(text);
  session_.open(*std::move(project), fs::absolute(path));
  watch();
  return {};
}

Result<void> Document::save(const fs::path& path) {
  const fs::path file = fs::absolute(path);
  const std::string text = projectText(session_.project(), file.parent_path());
  if (auto written = writeFile(file, text); !written) return written;
  on_disk_ = text;
  session_.saved(file);
  forgetRecovery();
  watch();
  return {};
}

/// Made with the first unsaved edit, so that a window that only looks leaves nothing.
fs::path Document::ownCopy() {
  const fs::path folder = recoveryFolder();
  if (!lock_) {
    std::error_code ignored;
    fs::create_directories(folder, ignored);
    const std::string name = QUuid::createUuid().toString(QUuid::Id128).left(12).toStdString();
    lock_ = makeLock(folder / (kCopyPrefix + name + kCopyEnding));
    lock_->tryLock(0);
  }
  return fs::path(lock_->fileName().toStdString()).replace_extension(kCopyEnding);
}

void Document::saveRecovery() {
  const fs::path file = ownCopy();
  // Paths relative to the copy's folder, which lies elsewhere than the project.
  const auto written = writeFile(file, projectText(session_.project(), file.parent_path()));
  (void)written;  // a copy that cannot be written must not disturb the work
}

fs::path Document::recoverable() const {
  fs::path latest;
  fs::file_time_type written;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(recoveryFolder(), error)) {
    const fs::path& file = entry.path();
    if (!file.filename().string().starts_with(kCopyPrefix) || file.extension() != kCopyEnding)
      continue;
    const auto when = entry.last_write_time(error);
    if (error || (!latest.empty() && when <= written) || !isOrphan(file)) continue;
    latest = file;
    written = when;
  }
  return latest;
}

/// The copy stays until ours, of the same edits, is written.
Result<void> Document::recover() {
  const fs::path copy = recoverable();
  auto project = readProject(copy);
  if (!project) return tl::unexpected(project.error());
  session_.open(Project{}, {});
  session_.edit(*std::move(project), "recovery");
  watch();
  saveRecovery();
  removeCopy(copy);
  return {};
}

void Document::forgetRecoverable() { removeCopy(recoverable()); }

void Document::forgetRecovery() {
  autosave_.stop();
  if (lock_) removeCopy(ownCopy());
}

}  // namespace moe::gui
