#pragma once

namespace moe::plot {

/// To be called before a QApplication is made: without a display Qt draws into memory, where its
/// default would end the program. A platform that the user chose is kept.
void drawWithoutDisplay();

/// Whether the font of the themes is installed. Without any font Qt draws boxes and says nothing,
/// so a program that writes pictures asks first. Needs a QApplication.
bool hasPlotFont();

}  // namespace moe::plot
