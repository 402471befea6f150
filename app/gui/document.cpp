#include "app/gui/document.h"

#include <QDir>
#include <QStandardPaths>

#include "app/gui/session.h"
#include "app/workflows/write_file.h"
#include "data/readers/file_text.h"

namespace moe::gui {
namespace {

namespace fs = std::filesystem;

constexpr int kAutosaveMilliseconds = 3000;

/// Where the copy lies. One program at a time writes it; a second one overwrites, and loses nothing
/// that was saved.
fs::path recoveryFile() {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation);
  return fs::path(folder.toStdString()) / "recovery.moeplan";
}

}  // namespace

Document::Document(Session& session, QObject* parent) : QObject(parent), session_(session) {
  autosave_.setSingleShot(true);
  autosave_.setInterval(kAutosaveMilliseconds);
  connect(&autosave_, &QTimer::timeout, this, &Document::saveRecovery);
  connect(&session_, &Session::projectChanged, this, [this] {
    if (session_.history().modified()) autosave_.start();
  });
  connect(&watcher_, &QFileSystemWatcher::fileChanged, this, [this] {
    const auto text = readFileBytes(session_.history().file());
    if (!text || *text == on_disk_) return;
    on_disk_ = *text;  // say it once for each change
    emit changedOnDisk();
    watch();
  });
}

void Document::watch() {
  if (!watcher_.files().isEmpty()) watcher_.removePaths(watcher_.files());
  const fs::path& file = session_.history().file();
  if (!file.empty()) watcher_.addPath(QString::fromStdString(file.string()));
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

void Document::saveRecovery() {
  const fs::path file = recoveryFile();
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  // Paths relative to the copy's folder, which lies elsewhere than the project.
  const auto written = writeFile(file, projectText(session_.project(), file.parent_path()));
  (void)written;  // a copy that cannot be written must not disturb the work
}

fs::path Document::recoverable() const {
  const fs::path file = recoveryFile();
  std::error_code ignored;
  return fs::exists(file, ignored) ? file : fs::path();
}

Result<void> Document::recover() {
  auto project = readProject(recoveryFile());
  if (!project) return tl::unexpected(project.error());
  session_.open(Project{}, {});
  session_.edit(*std::move(project), "recovery");
  watch();
  return {};
}

void Document::forgetRecovery() {
  autosave_.stop();
  std::error_code ignored;
  fs::remove(recoveryFile(), ignored);
}

}  // namespace moe::gui
