#pragma once

#include <concepts>
#include <optional>
#include <string>

#include "app/report/text_table.h"
#include "data/units.h"
#include "fitting/laws/law.h"

namespace moe::report {

// Cells that show a figure as number_text.h writes it and keep it in full precision for programs.
// Without a unit of its own a figure has that of its column.

TableCell figureCell(std::string text, double value, std::string unit = {});

TableCell countCell(double count);
TableCell powerCell(double value);
TableCell plainCell(double value, int digits = 3);
TableCell decimalCell(double value, int decimals);
TableCell lossCell(double loss);
TableCell fineLossCell(double loss);
TableCell moneyCell(double usd);

/// "12"; the figure is exact.
template <std::integral Whole>
TableCell wholeCell(Whole count) {
  return figureCell(std::to_string(count), static_cast<double>(count));
}

/// "42 %", and "42.0" below a heading that names the unit; both are kept in %.
TableCell percentCell(double share);
TableCell percentFigureCell(double share);

/// "12.3 ms", kept in seconds; "15.7 GB", kept in bytes.
TableCell durationCell(Seconds duration);
TableCell bytesCell(Bytes size);

/// An interval alone; a cell without figures where there is none.
TableCell spanCell(std::string text, const std::optional<Range>& range, std::string unit = {});

/// A figure of a text that holds several, with its interval where there is one.
TableNumber namedFigure(std::string name, double value, std::string unit,
                        const std::optional<Range>& range = {});

/// The same cell with the interval of its figure, which its text may show or not.
TableCell withSpan(TableCell cell, const std::optional<Range>& range);

}  // namespace moe::report
