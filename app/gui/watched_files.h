#pragma once

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace moe::gui {

/// Says when files are changed by others: written anew, replaced by another of the same name, or
/// back after they were gone. Changes that come within a fifth of a second are told together.
class WatchedFiles : public QObject {
  Q_OBJECT

 public:
  explicit WatchedFiles(QObject* parent = nullptr);

  /// These and no others, as they are now. Paths that do not exist are waited for in their folder.
  void watch(const std::vector<std::string>& files);
  /// They are as they should be: what we wrote ourselves is no change.
  void acceptAsTheyAre();

 signals:
  void changed(const QStringList& files);

 private:
  /// When and how large; a file that is gone has neither.
  struct Stamp {
    std::filesystem::file_time_type written;
    std::uintmax_t bytes = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stampOf(const std::string& file);
  void watchPaths();
  void compare();

  QFileSystemWatcher watcher_;
  QTimer rest_;
  std::map<std::string, Stamp> stamps_;
};

}  // namespace moe::gui
