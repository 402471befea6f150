#include "app/gui/theme.h"

#include <QApplication>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>

namespace moe::gui {
namespace {

QPalette paletteOf(bool dark) {
  const QColor window = dark ? QColor(0x1f, 0x22, 0x26) : QColor(0xf6, 0xf7, 0xf8);
  const QColor base = dark ? QColor(0x17, 0x19, 0x1c) : QColor(0xff, 0xff, 0xff);
  const QColor text = dark ? QColor(0xe6, 0xe8, 0xea) : QColor(0x1c, 0x1f, 0x23);
  const QColor faint = dark ? QColor(0x8b, 0x92, 0x9a) : QColor(0x6c, 0x75, 0x7d);
  const QColor button = dark ? QColor(0x2b, 0x2f, 0x34) : QColor(0xec, 0xee, 0xf0);
  const QColor accent = dark ? QColor(0x56, 0xb4, 0xe9) : QColor(0x00, 0x72, 0xb2);
  QPalette palette;
  palette.setColor(QPalette::Window, window);
  palette.setColor(QPalette::WindowText, text);
  palette.setColor(QPalette::Base, base);
  palette.setColor(QPalette::AlternateBase,
                   dark ? QColor(0x1d, 0x20, 0x24) : QColor(0xf4, 0xf6, 0xf8));
  palette.setColor(QPalette::Text, text);
  palette.setColor(QPalette::PlaceholderText, faint);
  palette.setColor(QPalette::Button, button);
  palette.setColor(QPalette::ButtonText, text);
  palette.setColor(QPalette::ToolTipBase, button);
  palette.setColor(QPalette::ToolTipText, text);
  palette.setColor(QPalette::Highlight, accent);
  palette.setColor(QPalette::HighlightedText, dark ? QColor(Qt::black) : QColor(Qt::white));
  palette.setColor(QPalette::Link, accent);
  // The line below tabs: white in the palette that Qt begins with.
  if (dark) palette.setColor(QPalette::Light, QColor(0x3a, 0x40, 0x47));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
    palette.setColor(QPalette::Disabled, role, faint);
  return palette;
}

}  // namespace

void applyTheme(Theme theme) {
  QApplication::setStyle(QStyleFactory::create("Fusion"));
  if (theme == Theme::kSystem) {
    QApplication::setPalette(QApplication::style()->standardPalette());
    return;
  }
  QApplication::setPalette(paletteOf(theme == Theme::kDark));
}

bool isDark() {
  constexpr int kMiddle = 128;
  return QApplication::palette().color(QPalette::Window).lightness() < kMiddle;
}

Theme themeNamed(const QString& name) {
  if (name == "light") return Theme::kLight;
  if (name == "dark") return Theme::kDark;
  return Theme::kSystem;
}

QString name(Theme theme) {
  switch (theme) {
    case Theme::kLight:
      return "light";
    case Theme::kDark:
      return "dark";
    case Theme::kSystem:
      break;
  }
  return "system";
}

}  // namespace moe::gui
