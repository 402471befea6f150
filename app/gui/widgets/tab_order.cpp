#include "app/gui/widgets/tab_order.h"

#include <QComboBox>
#include <QLayout>
#include <QScrollArea>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <vector>

namespace moe::gui {
namespace {

void collect(QWidget* widget, std::vector<QWidget*>& order);

void collect(QLayout& layout, std::vector<QWidget*>& order) {
  for (int at = 0; at < layout.count(); ++at) {
    QLayoutItem& item = *layout.itemAt(at);
    if (item.layout() != nullptr) collect(*item.layout(), order);
    collect(item.widget(), order);
  }
}

void collectInside(QWidget& widget, std::vector<QWidget*>& order) {
  if (auto* tabs = qobject_cast<QTabWidget*>(&widget)) {
    collect(tabs->tabBar(), order);
    collect(tabs->cornerWidget(), order);
    for (int tab = 0; tab < tabs->count(); ++tab) collect(tabs->widget(tab), order);
  } else if (auto* splitter = qobject_cast<QSplitter*>(&widget)) {
    for (int at = 0; at < splitter->count(); ++at) collect(splitter->widget(at), order);
  } else if (auto* scroll = qobject_cast<QScrollArea*>(&widget)) {
    collect(scroll->widget(), order);
  } else if (widget.layout() != nullptr) {
    collect(*widget.layout(), order);
  }
}

void collect(QWidget* widget, std::vector<QWidget*>& order) {
  if (widget == nullptr) return;
  const bool takes_keys = (widget->focusPolicy() & Qt::TabFocus) != 0;
  if (takes_keys && widget->focusProxy() == nullptr) order.push_back(widget);
  // What these are made of is their own affair.
  const bool whole = qobject_cast<QComboBox*>(widget) != nullptr;
  if (!whole) collectInside(*widget, order);
}

}  // namespace

void setTabOrderByLayout(QWidget& root) {
  std::vector<QWidget*> order;
  collectInside(root, order);
  for (std::size_t at = 1; at < order.size(); ++at) QWidget::setTabOrder(order[at - 1], order[at]);
}

}  // namespace moe::gui
