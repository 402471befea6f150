#include "app/gui/session.h"

#include <QDir>

namespace moe::gui {

void Session::open(Project project, std::filesystem::path file) {
  history_ = ProjectHistory(std::move(project), std::move(file));
  fits_.clear();
  emit opened();
  emit projectChanged();
}

void Session::edit(Project project, const std::string& what, const std::string& merge_key) {
  history_.edit(std::move(project), what, merge_key);
  emit projectChanged();
}

void Session::undo() {
  history_.undo();
  emit projectChanged();
}

void Session::redo() {
  history_.redo();
  emit projectChanged();
}

void Session::saved(const std::filesystem::path& file) {
  history_.saved(file);
  emit projectChanged();
}

std::string Session::lawFileToWrite(const std::string& fit) const {
  return laws_.filePath(QString::fromStdString(fit) + ".json").toStdString();
}

std::string Session::lawFile(const std::string& law) const {
  const std::size_t colon = law.find(':');
  const auto found = fits_.find(law.substr(0, colon));
  if (found == fits_.end() || found->second->fits.empty()) return {};
  if (colon == law.npos) return found->second->fits.front().saved_to;
  for (const LawFit& fit : found->second->fits)
    if (fit.law.family->name == law.substr(colon + 1)) return fit.saved_to;
  return {};
}

void Session::fitted(const std::string& fit, std::shared_ptr<const FitAnswer> answer) {
  fits_[fit] = std::move(answer);
  emit fitDone(QString::fromStdString(fit));
}

std::shared_ptr<const FitAnswer> Session::fitAnswer(const std::string& fit) const {
  const auto found = fits_.find(fit);
  return found == fits_.end() ? nullptr : found->second;
}

}  // namespace moe::gui
