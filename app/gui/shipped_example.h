#pragma once

#include <QString>

namespace moe::gui {

/// The project that ships as an example, where the program was installed or built; empty: not
/// there.
QString shippedExample();

}  // namespace moe::gui
