#pragma once

#include <QLockFile>
#include <QObject>
#include <QTimer>
#include <filesystem>
#include <memory>

#include "app/gui/watched_files.h"
#include "data/error.h"

namespace moe::gui {

class Session;

/// The project as a file: opening, saving, a copy against crashes, and changes by others.
class Document : public QObject {
  Q_OBJECT

 public:
  explicit Document(Session& session, QObject* parent = nullptr);

  void makeNew();
  Result<void> open(const std::filesystem::path& path);
  Result<void> save(const std::filesystem::path& path);

  /// The copy of unsaved edits that a crash left behind, the latest of several; empty: none. Copies
  /// of windows that are open are theirs.
  std::filesystem::path recoverable() const;
  Result<void> recover();
  /// Removes the copy that was offered: its edits were given up.
  void forgetRecoverable();
  /// Removes our own copy: the edits are saved or were given up.
  void forgetRecovery();

  /// Writes the copy now instead of in a few seconds; for tests.
  void saveRecovery();

 signals:
  void changedOnDisk();  ///< by somebody else

 private:
  void watch();
  std::filesystem::path ownCopy();

  Session& session_;
  QTimer autosave_;
  WatchedFiles watched_;
  std::unique_ptr<QLockFile> lock_;  ///< of our copy; held as long as we run
  std::string on_disk_;              ///< text of the file as we read or wrote it
};

}  // namespace moe::gui
