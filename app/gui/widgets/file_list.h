#pragma once

#include <QListWidget>
#include <string>
#include <vector>

namespace moe::gui {

/// Files by their names, with the folder where names alone would be the same; the whole path is in
/// the tooltip. Hidden without any. Delete takes the chosen ones off the list; the files themselves
/// stay.
class FileList : public QListWidget {
  Q_OBJECT

 public:
  explicit FileList(QWidget* parent = nullptr);

  void setFiles(const std::vector<std::string>& files);
  const std::vector<std::string>& files() const { return files_; }

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 public slots:
  void removeChosen();

 signals:
  void filesChanged();  ///< by the user

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  std::vector<std::string> files_;
};

}  // namespace moe::gui
