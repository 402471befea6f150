#pragma once

#include <QDialog>
#include <vector>

#include "data/readers/table_preview.h"

class QComboBox;

namespace moe::gui {

/// Which column of a table means what, with sample values beside each.
class ColumnDialog : public QDialog {
  Q_OBJECT

 public:
  ColumnDialog(const QString& file, TablePreview preview, QWidget* parent = nullptr);

  /// The columns with the roles that were chosen.
  std::vector<PreviewColumn> columns() const;

 private:
  TablePreview preview_;
  std::vector<QComboBox*> roles_;
};

}  // namespace moe::gui
