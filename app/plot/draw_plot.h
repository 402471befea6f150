#pragma once

#include <qcustomplot.h>

#include "app/plot/plot_theme.h"
#include "app/report/plot_spec.h"

namespace moe::plot {

/// What of a plot is drawn beside its axes.
struct DrawOptions {
  PlotTheme theme = lightTheme();
  bool title = true;
  bool sentence = false;  ///< under the title, where no page says it
  bool legend = true;
  bool notes = true;
};

/// Makes `plot` show a PlotSpec: the same for a window, a picture and a page. Everything that it
/// showed before is removed, interactions are left as they are. A plot without content shows its
/// reason. Ends with the layout and ranges set; the caller replots or exports.
void draw(const report::PlotSpec& spec, QCustomPlot& plot, const DrawOptions& options = {});

/// The axes of a drawn plot; nullptr for one without content.
QCPAxisRect* axesOf(const QCustomPlot& plot);

}  // namespace moe::plot
