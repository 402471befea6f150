#pragma once

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>
#include <filesystem>

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

  /// The copy of unsaved edits that a crash left behind; empty: none.
  std::filesystem::path recoverable() const;
  Result<void> recover();
  /// Removes the copy: the edits are saved or were given up.
  void forgetRecovery();

  /// Writes the copy now instead of in a few seconds; for tests.
  void saveRecovery();

 signals:
  void changedOnDisk();  ///< by somebody else

 private:
  void watch();

  Session& session_;
  QTimer autosave_;
  QFileSystemWatcher watcher_;
  std::string on_disk_;  ///< text of the file as we read or wrote it
};

}  // namespace moe::gui
