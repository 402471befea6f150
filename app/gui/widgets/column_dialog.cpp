#include "app/gui/widgets/column_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QTableWidget>
#include <QVBoxLayout>

namespace moe::gui {
namespace {

QString roleMeaning(Role role) {
  switch (role) {
    case Role::kParams:
      return QObject::tr("N: parameters");
    case Role::kTokens:
      return QObject::tr("D: training tokens");
    case Role::kExperts:
      return QObject::tr("E: experts per layer");
    case Role::kTopK:
      return QObject::tr("k: experts per token");
    case Role::kGranularity:
      return QObject::tr("G: granularity");
    case Role::kLoss:
      return QObject::tr("loss, nats per token");
    case Role::kRunId:
      return QObject::tr("name of the run");
    case Role::kStep:
      return QObject::tr("training step");
    default:
      return QString::fromUtf8(name(role).data(), static_cast<qsizetype>(name(role).size()));
  }
}

QString sampleText(const PreviewColumn& column) {
  QStringList samples;
  for (const std::string& sample : column.samples) samples << QString::fromStdString(sample);
  return samples.join(", ");
}

}  // namespace

ColumnDialog::ColumnDialog(const QString& file, TablePreview preview, QWidget* parent)
    : QDialog(parent), preview_(std::move(preview)) {
  setWindowTitle(tr("Columns of %1").arg(QFileInfo(file).fileName()));
  setObjectName("columns");
  auto* layout = new QVBoxLayout(this);
  auto* lead =
      new QLabel(tr("Which column holds N, D and the loss could not be told from the names. "
                    "Say what the columns mean; the others become tags."),
                 this);
  lead->setWordWrap(true);
  layout->addWidget(lead);
  auto* table = new QTableWidget(static_cast<int>(preview_.columns.size()), 3, this);
  table->setAccessibleName(tr("Columns"));
  table->setHorizontalHeaderLabels({tr("Column"), tr("First values"), tr("Meaning")});
  table->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
  table->verticalHeader()->hide();
  for (std::size_t at = 0; at < preview_.columns.size(); ++at) {
    const PreviewColumn& column = preview_.columns[at];
    const int row = static_cast<int>(at);
    auto* combo = new QComboBox(table);
    combo->setAccessibleName(tr("Meaning of %1").arg(QString::fromStdString(column.name)));
    combo->addItem(tr("a tag"), -1);
    for (std::size_t role = 0; role < kRoles; ++role)
      combo->addItem(roleMeaning(static_cast<Role>(role)), static_cast<int>(role));
    if (column.role) combo->setCurrentIndex(1 + static_cast<int>(*column.role));
    const auto fixed = [](const QString& text) {
      auto* item = new QTableWidgetItem(text);
      item->setFlags(item->flags() & ~Qt::ItemIsEditable);
      return item;
    };
    table->setItem(row, 0, fixed(QString::fromStdString(column.name)));
    table->setItem(row, 1, fixed(sampleText(column)));
    table->setCellWidget(row, 2, combo);
    roles_.push_back(combo);
  }
  table->resizeColumnToContents(0);
  table->setColumnWidth(2, 200);
  layout->addWidget(table, 1);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  layout->addWidget(buttons);
  resize(760, 480);
}

std::vector<PreviewColumn> ColumnDialog::columns() const {
  std::vector<PreviewColumn> columns = preview_.columns;
  for (std::size_t at = 0; at < columns.size(); ++at) {
    const int role = roles_[at]->currentData().toInt();
    columns[at].role = role < 0 ? std::nullopt : std::optional(static_cast<Role>(role));
  }
  return columns;
}

}  // namespace moe::gui
