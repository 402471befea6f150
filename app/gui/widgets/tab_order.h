#pragma once

class QWidget;

namespace moe::gui {

/// Tab goes through what lies inside a widget as it is read: layouts in their order, splitters and
/// tabs from first to last. By itself Qt follows the order in which widgets were made.
void setTabOrderByLayout(QWidget& root);

}  // namespace moe::gui
