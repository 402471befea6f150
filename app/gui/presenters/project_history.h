#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/workflows/project/project.h"

namespace moe {

/// A project that is being edited: what it is now, what it was, and whether the file holds it.
class ProjectHistory {
 public:
  ProjectHistory() = default;
  explicit ProjectHistory(Project project, std::filesystem::path file = {});

  const Project& project() const { return states_[now_].project; }
  const std::filesystem::path& file() const { return file_; }  ///< empty: never saved

  /// Makes `project` the present state; what was undone is gone. An edit that changes nothing is
  /// none. Edits with one `merge_key` in a row (typing, dragging a slider) are undone together; an
  /// empty key is never merged.
  void edit(Project project, std::string what, std::string merge_key = {});

  bool canUndo() const { return now_ > 0; }
  bool canRedo() const { return now_ + 1 < states_.size(); }
  void undo();
  void redo();
  std::string undoText() const;  ///< what would be undone: "change of budget"; empty: nothing
  std::string redoText() const;

  /// Whether it differs from what was last saved or opened.
  bool modified() const;
  void saved(std::filesystem::path file);

  /// The file's text for this state.
  std::string text() const;

 private:
  struct State {
    Project project;
    std::string what;  ///< the edit that led here
    std::string merge_key;
  };
  static constexpr std::size_t kMostStates = 500;

  std::vector<State> states_ = {State{}};
  std::size_t now_ = 0;
  std::filesystem::path file_;
  std::string saved_text_ = projectText(Project{}, {});
};

}  // namespace moe
