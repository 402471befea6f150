#include "app/gui/widgets/file_list.h"

#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QKeyEvent>
#include <algorithm>

namespace moe::gui {
namespace {

constexpr int kRowPadding = 4;  // pixels above and below a name together

QString shortName(const QFileInfo& file, bool with_folder) {
  return with_folder ? file.dir().dirName() + "/" + file.fileName() : file.fileName();
}

}  // namespace

FileList::FileList(QWidget* parent) : QListWidget(parent) {
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setTextElideMode(Qt::ElideMiddle);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  auto* remove = new QAction(tr("&Take off the list"), this);
  remove->setShortcut(QKeySequence::Delete);
  remove->setShortcutContext(Qt::WidgetShortcut);
  connect(remove, &QAction::triggered, this, &FileList::removeChosen);
  addAction(remove);
  setContextMenuPolicy(Qt::ActionsContextMenu);
  hide();  // until there are files
}

void FileList::setFiles(const std::vector<std::string>& files) {
  if (files == files_) return;
  files_ = files;
  clear();
  for (const std::string& path : files_) {
    const QFileInfo file(QString::fromStdString(path));
    const auto same = std::count_if(files_.begin(), files_.end(), [&](const std::string& other) {
      return QFileInfo(QString::fromStdString(other)).fileName() == file.fileName();
    });
    auto* item = new QListWidgetItem(shortName(file, same > 1), this);
    item->setSizeHint({0, fontMetrics().height() + kRowPadding});
    item->setToolTip(file.filePath());
    item->setData(Qt::AccessibleDescriptionRole, file.filePath());
  }
  setVisible(!files_.empty());
  updateGeometry();
}

QSize FileList::sizeHint() const {
  constexpr int kMostRows = 5;
  constexpr int kWidth = 160;  // pixels; the column decides
  const int rows = std::clamp(count(), 1, kMostRows);
  return {kWidth, rows * (fontMetrics().height() + kRowPadding) + 2 * frameWidth()};
}

QSize FileList::minimumSizeHint() const { return sizeHint(); }

void FileList::removeChosen() {
  std::vector<std::string> kept;
  for (int row = 0; row < count(); ++row)
    if (!item(row)->isSelected()) kept.push_back(files_[static_cast<std::size_t>(row)]);
  if (kept.size() == files_.size()) return;
  setFiles(kept);
  emit filesChanged();
}

void FileList::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Backspace) return removeChosen();
  QListWidget::keyPressEvent(event);
}

}  // namespace moe::gui
