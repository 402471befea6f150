#pragma once

#include <QTextBrowser>
#include <map>

#include "app/plot/plot_theme.h"
#include "app/report/document/document.h"

namespace moe::gui {

/// A document to be read. Plots are drawn when they come into sight.
class DocumentView : public QTextBrowser {
  Q_OBJECT

 public:
  explicit DocumentView(QWidget* parent = nullptr);

  /// The reader's place is kept.
  void show(const report::Document& document);
  void setTheme(const plot::PlotTheme& theme);

  QVariant loadResource(int type, const QUrl& name) override;

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void lay();

  report::Document document_;
  std::map<std::string, const report::PlotSpec*> plots_;
  plot::PlotTheme theme_ = plot::lightTheme();
};

}  // namespace moe::gui
