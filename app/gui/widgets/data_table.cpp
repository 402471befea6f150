#include "app/gui/widgets/data_table.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <algorithm>

namespace moe::gui {
namespace {

QString cellText(const std::string& text) { return QString::fromStdString(text); }

}  // namespace

void DataTableModel::setTable(TableData table) {
  beginResetModel();
  table_ = std::move(table);
  endResetModel();
}

int DataTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(table_.rows.size());
}

int DataTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(table_.columns.size());
}

QVariant DataTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const TableData::Row& row = table_.rows[static_cast<std::size_t>(index.row())];
  const TableData::Cell& cell = row.cells[static_cast<std::size_t>(index.column())];
  switch (role) {
    case Qt::DisplayRole:
      return cellText(cell.text);
    case kOrderRole:
      return cell.is_number ? QVariant(cell.order) : QVariant(cellText(cell.text));
    case Qt::TextAlignmentRole:
      return QVariant(
          (table_.columns[static_cast<std::size_t>(index.column())].align == report::Align::kLeft
               ? Qt::AlignLeft
               : Qt::AlignRight) |
          Qt::AlignVCenter);
    case Qt::ToolTipRole:
      return row.tooltip.empty() ? QVariant() : cellText(row.tooltip);
    case Qt::CheckStateRole:
      if (!table_.checkable || index.column() != 0) return {};
      return row.checked ? Qt::Checked : Qt::Unchecked;
    case Qt::FontRole: {
      if (!row.emphasised) return {};
      QFont font = QApplication::font();
      font.setBold(true);
      return font;
    }
    case Qt::ForegroundRole:
      return table_.checkable && !row.checked
                 ? QVariant(QApplication::palette().color(QPalette::Disabled, QPalette::Text))
                 : QVariant();
    default:
      return {};
  }
}

QVariant DataTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation == Qt::Vertical)
    return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
  if (section < 0 || static_cast<std::size_t>(section) >= table_.columns.size()) return {};
  const report::TableColumn& column = table_.columns[static_cast<std::size_t>(section)];
  if (role != Qt::DisplayRole) return {};
  return column.unit.empty() ? cellText(column.heading)
                             : cellText(column.heading + "\n" + column.unit);
}

Qt::ItemFlags DataTableModel::flags(const QModelIndex& index) const {
  Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  if (table_.checkable && index.column() == 0) flags |= Qt::ItemIsUserCheckable;
  return flags;
}

bool DataTableModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (role != Qt::CheckStateRole || !table_.checkable) return false;
  TableData::Row& row = table_.rows[static_cast<std::size_t>(index.row())];
  row.checked = value.toInt() == Qt::Checked;
  emit dataChanged(this->index(index.row(), 0), this->index(index.row(), columnCount() - 1));
  emit rowChecked(cellText(row.id), row.checked);
  return true;
}

DataTable::DataTable(QWidget* parent)
    : QTableView(parent),
      model_(new DataTableModel(this)),
      sorted_(new QSortFilterProxyModel(this)) {
  sorted_->setSourceModel(model_);
  sorted_->setSortRole(DataTableModel::kOrderRole);
  sorted_->setFilterKeyColumn(-1);
  sorted_->setFilterCaseSensitivity(Qt::CaseInsensitive);
  setModel(sorted_);
  setSortingEnabled(true);
  horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
  horizontalHeader()->setSortIndicatorClearable(true);
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setAlternatingRowColors(true);
  setWordWrap(false);
  setTabKeyNavigation(false);
  verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  verticalHeader()->hide();
  auto* copy_rows = new QAction(tr("&Copy rows"), this);
  copy_rows->setShortcut(QKeySequence::Copy);
  copy_rows->setShortcutContext(Qt::WidgetShortcut);
  copy_rows->setToolTip(tr("The chosen rows, or all, as a spreadsheet takes them"));
  connect(copy_rows, &QAction::triggered, this, &DataTable::copy);
  auto* copy_all = new QAction(tr("Copy the whole &table"), this);
  connect(copy_all, &QAction::triggered, this, [this] {
    clearSelection();
    copy();
  });
  addActions({copy_rows, copy_all});
  setContextMenuPolicy(Qt::ActionsContextMenu);
  connect(model_, &DataTableModel::rowChecked, this, &DataTable::rowChecked);
  connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& current) {
            if (!current.isValid()) return;
            const int row = sorted_->mapToSource(current).row();
            emit rowChosen(cellText(model_->table().rows[static_cast<std::size_t>(row)].id));
          });
}

void DataTable::setTable(TableData table) {
  constexpr int kRowsThatDecideWidths = 200;
  const bool same_rows = table.rows.size() == model_->table().rows.size();
  const bool same_columns = table.columns.size() == model_->table().columns.size();
  const int scrolled = verticalScrollBar()->value();
  std::vector<int> widths;
  for (int column = 0; same_columns && same_rows && column < horizontalHeader()->count(); ++column)
    widths.push_back(columnWidth(column));
  model_->setTable(std::move(table));
  horizontalHeader()->setResizeContentsPrecision(kRowsThatDecideWidths);
  resizeColumnsToContents();
  // Where figures change under the reader's eyes, columns only grow and rows stay where they are.
  for (std::size_t column = 0; column < widths.size(); ++column) {
    const int at = static_cast<int>(column);
    setColumnWidth(at, std::max(columnWidth(at), widths[column]));
  }
  limitHeight();
  if (same_rows)
    verticalScrollBar()->setValue(scrolled);
  else
    showEmphasised();
}

void DataTable::setNoTallerThanRows() {
  no_taller_ = true;
  limitHeight();
}

void DataTable::limitHeight() {
  const int rows = model_->rowCount();
  if (!no_taller_) return;
  setVisible(rows > 0);  // an empty frame says nothing
  const int wanted = horizontalHeader()->sizeHint().height() +
                     rows * verticalHeader()->defaultSectionSize() +
                     horizontalScrollBar()->sizeHint().height() + 2 * frameWidth();
  setMaximumHeight(std::max(wanted, minimumHeight()));
}

void DataTable::showEmphasised() {
  shown_at_ = -1;
  const auto& rows = model_->table().rows;
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [](const TableData::Row& each) { return each.emphasised; });
  if (row == rows.end()) return;
  const int across = horizontalScrollBar()->value();
  scrollTo(sorted_->mapFromSource(model_->index(static_cast<int>(row - rows.begin()), 0)));
  horizontalScrollBar()->setValue(across);
  shown_at_ = verticalScrollBar()->value();
}

/// The emphasised row stays in sight until its reader scrolls.
void DataTable::resizeEvent(QResizeEvent* event) {
  const bool not_scrolled = shown_at_ >= 0 && verticalScrollBar()->value() == shown_at_;
  QTableView::resizeEvent(event);
  if (not_scrolled) showEmphasised();
}

void DataTable::setFilterText(const QString& text) { sorted_->setFilterFixedString(text); }

void DataTable::copy() {
  std::vector<std::size_t> rows;
  for (int at = 0; at < sorted_->rowCount(); ++at) {
    const QModelIndex index = sorted_->index(at, 0);
    const bool chosen =
        selectionModel()->hasSelection() ? selectionModel()->isRowSelected(at, {}) : true;
    if (chosen) rows.push_back(static_cast<std::size_t>(sorted_->mapToSource(index).row()));
  }
  QApplication::clipboard()->setText(cellText(tabSeparated(model_->table(), rows)));
}

void DataTable::selectId(const QString& id) {
  const auto& rows = model_->table().rows;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (cellText(rows[row].id) != id) continue;
    const QModelIndex index = sorted_->mapFromSource(model_->index(static_cast<int>(row), 0));
    setCurrentIndex(index);
    scrollTo(index);
    return;
  }
}

void DataTable::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) return copy();
  QTableView::keyPressEvent(event);
}

}  // namespace moe::gui
