#pragma once

#include <QAbstractTableModel>
#include <QTableView>

#include "app/gui/presenters/table_data.h"

class QSortFilterProxyModel;

namespace moe::gui {

/// A table of texts for a QTableView. Rows are as many as memory holds: nothing is copied per cell.
class DataTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  using QAbstractTableModel::QAbstractTableModel;

  void setTable(TableData table);
  const TableData& table() const { return table_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;

  /// What rows are sorted by.
  static constexpr int kOrderRole = Qt::UserRole;

 signals:
  void rowChecked(const QString& id, bool checked);

 private:
  TableData table_;
};

/// A table that is sorted by its headings, filtered by a text, and copied with Ctrl+C (the chosen
/// rows, or all).
class DataTable : public QTableView {
  Q_OBJECT

 public:
  explicit DataTable(QWidget* parent = nullptr);

  void setTable(TableData table);
  const TableData& table() const { return model_->table(); }
  /// No taller than its rows: what is left goes to the neighbour in a splitter. Hidden without any.
  void setNoTallerThanRows();

 public slots:
  void setFilterText(const QString& text);  ///< rows with this text in any cell
  void copy();
  void selectId(const QString& id);

 signals:
  void rowChecked(const QString& id, bool checked);
  void rowChosen(const QString& id);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void limitHeight();
  void showEmphasised();

  DataTableModel* model_;
  QSortFilterProxyModel* sorted_;
  bool no_taller_ = false;
  int shown_at_ = -1;  ///< where the emphasised row was scrolled to; -1: there is none
};

}  // namespace moe::gui
