#include "app/report/table_cells.h"

#include <utility>

#include "app/report/number_text.h"

namespace moe::report {

TableCell figureCell(std::string text, double value, std::string unit) {
  return {std::move(text), {{.value = value, .unit = std::move(unit)}}};
}

TableCell countCell(double count) { return figureCell(countText(count), count); }
TableCell powerCell(double value) { return figureCell(powerText(value), value); }
TableCell plainCell(double value, int digits) {
  return figureCell(plainText(value, digits), value);
}
TableCell decimalCell(double value, int decimals) {
  return figureCell(decimalText(value, decimals), value);
}
TableCell lossCell(double loss) { return figureCell(lossText(loss), loss); }
TableCell fineLossCell(double loss) { return figureCell(fineLossText(loss), loss); }
TableCell moneyCell(double usd) { return figureCell(moneyText(Usd(usd)), usd); }

TableCell percentCell(double share) { return figureCell(percentText(share), 100 * share, "%"); }
TableCell percentFigureCell(double share) {
  return figureCell(percentFigure(share), 100 * share, "%");
}

TableCell durationCell(Seconds duration) {
  return figureCell(durationText(duration), duration.value(), "s");
}
TableCell bytesCell(Bytes size) { return figureCell(bytesText(size), size.value(), "bytes"); }

TableCell spanCell(std::string text, const std::optional<Range>& range, std::string unit) {
  TableCell cell(std::move(text));
  if (range) cell.numbers = {{.low = range->low, .high = range->high, .unit = std::move(unit)}};
  return cell;
}

TableNumber namedFigure(std::string name, double value, std::string unit,
                        const std::optional<Range>& range) {
  TableNumber number{.value = value, .unit = std::move(unit), .name = std::move(name)};
  if (!range) return number;
  number.low = range->low;
  number.high = range->high;
  return number;
}

TableCell withSpan(TableCell cell, const std::optional<Range>& range) {
  if (!range || cell.numbers.empty()) return cell;
  cell.numbers.front().low = range->low;
  cell.numbers.front().high = range->high;
  return cell;
}

}  // namespace moe::report
