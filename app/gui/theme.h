#pragma once

#include <QString>

namespace moe::gui {

enum class Theme { kSystem, kLight, kDark };

/// Colours of all widgets. kSystem follows the desktop's palette.
void applyTheme(Theme theme);

/// Whether widgets are light on dark now.
bool isDark();

/// "system", "light", "dark"; another word is kSystem.
Theme themeNamed(const QString& name);
QString name(Theme theme);

}  // namespace moe::gui
