#pragma once

#include <optional>
#include <string>
#include <vector>

namespace moe::report {

// A picture as plain data: what the window shows, what a report prints and what is exported as CSV
// are the same PlotSpec. Positions are in the units of the axes; what is not finite, or not
// positive on a logarithmic axis, is not drawn. How it looks is decided in app/plot.

enum class AxisScale { kLinear, kLog };

struct AxisRange {
  double low = 0;
  double high = 0;
};

/// An axis. Its heading is "label (unit)".
struct PlotAxis {
  std::string label;
  std::string unit;  ///< "nats per token"; empty: a pure number
  AxisScale scale = AxisScale::kLinear;
  std::optional<AxisRange> range;       ///< what is shown at first; none: all that there is
  std::vector<std::string> categories;  ///< texts at 0, 1, 2, ... instead of numbers; 0 is on top
};

/// A colour by its role. The same index has the same colour, marker and dash in every plot.
struct PlotColor {
  enum class Scheme {
    kCategory,  ///< of things that differ in kind
    kSequence,  ///< of `count` things in order, such as expert counts
    kNeutral,   ///< what others are compared with
    kEmphasis,  ///< what the eye must find first
  };
  Scheme scheme = Scheme::kCategory;
  int index = 0;
  int count = 1;  ///< of a sequence
};

enum class SeriesKind {
  kLine,    ///< through (x, y)
  kStep,    ///< as a line that holds y until the next x
  kPoints,  ///< a marker at each (x, y), with bars to low and high ends where there are some
  kBand,    ///< filled between y_low and y_high; y is not used
};

/// Columns of equal length; those that a series does not have are empty. A line is interrupted
/// where a value is not finite.
struct PlotSeries {
  SeriesKind kind = SeriesKind::kLine;
  std::string name;  ///< in the legend; empty: not in it
  PlotColor color;
  bool dashed = false;       ///< a guide or an estimate beside the thing itself
  bool name_at_end = false;  ///< a line's name may stand at its end instead of in the legend
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> x_low, x_high;
  std::vector<double> y_low, y_high;
  std::vector<std::string> texts;   ///< beside the points, where there is room
  std::vector<std::string> labels;  ///< tooltips: "run 12: E 8, N 81.4 M, loss 2.913 nats"
  std::vector<std::string> ids;     ///< where a click leads: run id, name of a configuration
};

/// One piece of a horizontal bar, in the row of the category axis y. Pieces that follow each other
/// make a stack; two that start at one base and point both ways make a tornado.
struct PlotBar {
  int row = 0;
  double from = 0;
  double to = 0;
  PlotColor color;
  std::string name;   ///< in the legend, once for each name; empty: not in it
  std::string text;   ///< beside its end, or inside where it fits
  std::string label;  ///< tooltip
  std::string id;
};

/// Values on a grid, drawn in colours. The nodes are evenly spaced on the axes, in the logarithm
/// where these are logarithmic. `values[iy * x.size() + ix]`; not finite: no answer there.
struct PlotMap {
  std::string label;  ///< of the colour scale
  std::string unit;
  AxisScale scale = AxisScale::kLinear;  ///< of the colours
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> values;
};

struct PlotPosition {
  double x = 0;
  double y = 0;
};

/// A line of equal value, in one or more pieces. A closed piece ends where it starts.
struct IsoLine {
  double value = 0;
  std::string text;  ///< written on the line: "2.4"
  std::vector<std::vector<PlotPosition>> pieces;
};

enum class MarkerRole {
  kLossOptimal,  ///< least loss at the training budget
  kOverTrained,  ///< smaller and longer trained
  kRecommended,  ///< a ring, drawn over what else is there
  kBase,         ///< what others are compared with
};

struct PlotMarker {
  MarkerRole role = MarkerRole::kLossOptimal;
  double x = 0;
  double y = 0;
  PlotColor color;
  std::string text;   ///< beside it; empty: none
  std::string label;  ///< tooltip
  std::string id;
};

/// A line across the whole plot.
struct ReferenceLine {
  enum class Kind {
    kHorizontal,  ///< y = value
    kVertical,    ///< x = value
    kDiagonal,    ///< y = value x
  };
  Kind kind = Kind::kHorizontal;
  double value = 0;
  std::string text;    ///< beside it
  bool limit = false;  ///< something must not pass it; else a guide
};

/// A plot. `series`, `bars` and `map` may stand together.
struct PlotSpec {
  std::string key;       ///< of files and settings: "loss_against_params"
  std::string title;     ///< "Loss against model size"
  std::string sentence;  ///< what it shows, for a reader who does not know it
  PlotAxis x;
  PlotAxis y;
  std::vector<PlotSeries> series;  ///< drawn in this order
  std::vector<PlotBar> bars;
  std::optional<PlotMap> map;
  std::vector<IsoLine> iso_lines;
  std::vector<PlotMarker> markers;
  std::vector<ReferenceLine> reference_lines;
  std::vector<std::string> notes;  ///< units, intervals and their level, what the numbers rest on
  std::string empty_reason;        ///< why there is nothing to draw; empty: there is something
};

/// Whether it has anything to draw.
bool hasContent(const PlotSpec& plot);

/// "training tokens D (tokens)".
std::string axisHeading(const PlotAxis& axis);

/// The data of a plot as CSV with full precision, one row per point, bar, map node, vertex of an
/// iso-line, marker and reference line. Title, sentence, axes with units and notes come first as
/// lines that start with '#'. Cells that a row does not have are empty.
std::string plotCsv(const PlotSpec& plot);

}  // namespace moe::report
