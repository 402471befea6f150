#include "app/gui/shipped_example.h"

#include <QFileInfo>

#include "app/workflows/shipped_tables.h"

namespace moe::gui {

QString shippedExample() {
  const std::filesystem::path tables = shippedTables();
  if (tables.empty()) return {};
  const QFileInfo file(QString::fromStdString((tables / "projects/clark.moeplan").string()));
  return file.exists() ? file.canonicalFilePath() : QString();
}

}  // namespace moe::gui
