#include "app/gui/shipped_example.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace moe::gui {

QString shippedExample() {
  const QString beside = QCoreApplication::applicationDirPath();
  for (const QString& folder :
       {beside + "/../share/moeplan", QString(MOEPLAN_SOURCE_DIR "/data/tables")}) {
    const QFileInfo file(folder + "/projects/clark.moeplan");
    if (file.exists()) return file.canonicalFilePath();
  }
  return {};
}

}  // namespace moe::gui
