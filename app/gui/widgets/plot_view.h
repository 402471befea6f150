#pragma once

#include <QTimer>
#include <QWidget>
#include <memory>
#include <set>
#include <string>

#include "app/plot/plot_theme.h"
#include "app/report/plot_spec.h"

class QCustomPlot;
class QMenu;

namespace moe::gui {

/// A plot that can be looked at closely: wheel to zoom, drag to pan, double click or Home for the
/// whole, a tooltip on what lies under the mouse, a click on a legend's entry to hide it, a menu to
/// do so too and to copy or export picture and data. Keys: + - arrows Home, Ctrl+C copies the
/// picture, the menu key.
class PlotView : public QWidget {
  Q_OBJECT

 public:
  explicit PlotView(QWidget* parent = nullptr);

  /// Shows a plot. Where the plot before had the same key, what the user zoomed to stays, and what
  /// was hidden stays hidden.
  void show(const report::PlotSpec& spec);
  void setTheme(const plot::PlotTheme& theme);

  const report::PlotSpec& spec() const { return *spec_; }
  QCustomPlot& canvas() { return *canvas_; }

 public slots:
  void showAll();
  void zoom(double factor);
  void copyPicture();
  void copyData();
  void exportAs();
  /// Writes SVG, PDF, PNG or CSV by the ending of the name; says what went wrong.
  bool exportTo(const QString& path);

 signals:
  void clicked(const QString& id);  ///< of the point, bar or marker
  void problem(const QString& message);

 protected:
  void contextMenuEvent(QContextMenuEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void redraw();
  void pan(double x, double y);
  void showMenu(const QPoint& at);
  void addSeriesMenu(QMenu& menu);
  void released(const QPointF& at);
  void toggleSeries(const std::string& name);
  std::shared_ptr<const report::PlotSpec> visibleSpec() const;

  QCustomPlot* canvas_;
  std::shared_ptr<const report::PlotSpec> spec_ = std::make_shared<const report::PlotSpec>();
  std::shared_ptr<const report::PlotSpec> shown_ = spec_;  ///< without what is hidden
  std::set<std::string> hidden_;
  plot::PlotTheme theme_ = plot::lightTheme();
  bool zoomed_ = false;
  bool undrawn_ = true;  ///< the canvas does not show it yet
  QTimer resized_;       ///< until the size rests
  QPointF pressed_;
};

}  // namespace moe::gui
