#include "app/gui/presenters/project_history.h"

#include <utility>

namespace moe {

ProjectHistory::ProjectHistory(Project project, std::filesystem::path file)
    : states_{{std::move(project), {}, {}}}, file_(std::move(file)) {
  saved_text_ = text();
}

std::string ProjectHistory::text() const { return projectText(project(), file_.parent_path()); }

void ProjectHistory::edit(Project project, std::string what, std::string merge_key) {
  const std::filesystem::path folder = file_.parent_path();
  if (projectText(project, folder) == text()) return;
  states_.resize(now_ + 1);
  const bool merges = !merge_key.empty() && states_.back().merge_key == merge_key;
  if (merges) {
    states_.back().project = std::move(project);
    return;
  }
  states_.push_back({std::move(project), std::move(what), std::move(merge_key)});
  if (states_.size() > kMostStates) states_.erase(states_.begin());
  now_ = states_.size() - 1;
}

void ProjectHistory::undo() {
  if (!canUndo()) return;
  --now_;
  states_[now_].merge_key.clear();
}

void ProjectHistory::redo() {
  if (canRedo()) ++now_;
}

std::string ProjectHistory::undoText() const { return canUndo() ? states_[now_].what : ""; }

std::string ProjectHistory::redoText() const { return canRedo() ? states_[now_ + 1].what : ""; }

bool ProjectHistory::modified() const { return text() != saved_text_; }

void ProjectHistory::saved(std::filesystem::path file) {
  file_ = std::move(file);
  saved_text_ = text();
  states_[now_].merge_key.clear();
}

}  // namespace moe
