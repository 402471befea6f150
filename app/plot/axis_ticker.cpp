#include "app/plot/axis_ticker.h"

#include <algorithm>
#include <cmath>

namespace moe::plot {
namespace {

constexpr double kRounding = 1e-9;  // of a step: ticks at the very ends count
constexpr int kMostTicks = 9;
constexpr double kPowersFrom = 1e5;  // numbers from here on are written as powers of ten
constexpr double kPowersBelow = 1e-3;

QString superscript(int exponent) {
  static const QString kDigits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
  QString text;
  for (const QChar letter : QString::number(exponent))
    text += letter == '-' ? QChar(0x207b) : kDigits[letter.digitValue()];
  return text;
}

QString withMinus(QString text) { return text.replace('-', QChar(0x2212)); }

/// The least of 1, 2, 5 times a power of ten that is not below `value`.
double roundedUp(double value) {
  const double decade = std::pow(10.0, std::floor(std::log10(value) + kRounding));
  for (const double step : {1.0, 2.0, 5.0, 10.0})
    if (step * decade >= value * (1 - kRounding)) return step * decade;
  return 10 * decade;
}

int minorParts(double step) {
  const double leading = step / std::pow(10.0, std::floor(std::log10(step) + kRounding));
  return leading > 1.5 && leading < 2.5 ? 4 : 5;
}

QString powerText(double value, int digits) {
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value)) + kRounding));
  const double mantissa = value / std::pow(10.0, exponent);
  const QString factor = QString::number(mantissa, 'g', digits);
  const QString power = "10" + superscript(exponent);
  return factor == "1" ? power : withMinus(factor) + QChar(0xd7) + power;
}

bool isPlain(double value) {
  return std::abs(value) < kPowersFrom && std::abs(value) >= kPowersBelow;
}

/// Labels of one axis are plain numbers or powers of ten, not some of each.
void labelPowers(AxisTicks& ticks) {
  const bool plain = std::all_of(ticks.major.begin(), ticks.major.end(), isPlain);
  for (const double value : ticks.major)
    ticks.labels.push_back(plain ? tickText(value, 0) : powerText(value, 4));
}

void labelEvenly(AxisTicks& ticks, double step) {
  for (const double value : ticks.major) ticks.labels.push_back(tickText(value, step));
}

AxisTicks evenTicks(QCPRange range, int room) {
  AxisTicks ticks;
  if (!(range.size() > 0)) return ticks;
  double step = roundedUp(range.size() / room);
  while (std::floor(range.upper / step + kRounding) - std::ceil(range.lower / step - kRounding) +
             1 >
         room)
    step = roundedUp(1.5 * step);
  const double fine = step / minorParts(step);
  const auto within = [&](double at) {
    return at >= range.lower - kRounding * step && at <= range.upper + kRounding * step;
  };
  for (double i = std::ceil(range.lower / step - kRounding); within(i * step); ++i)
    ticks.major.push_back(i == 0 ? 0 : i * step);
  for (double i = std::ceil(range.lower / fine - kRounding); within(i * fine); ++i)
    ticks.minor.push_back(i * fine);
  labelEvenly(ticks, step);
  return ticks;
}

/// Every multiple of these of each decade that is visible.
QVector<double> multiples(QCPRange range, std::initializer_list<double> factors) {
  QVector<double> values;
  const int first = static_cast<int>(std::floor(std::log10(range.lower)));
  const int last = static_cast<int>(std::ceil(std::log10(range.upper)));
  for (int decade = first; decade <= last; ++decade)
    for (const double factor : factors) {
      const double value = factor * std::pow(10.0, decade);
      if (value >= range.lower * (1 - kRounding) && value <= range.upper * (1 + kRounding))
        values.push_back(value);
    }
  return values;
}

AxisTicks logTicks(QCPRange range, int room) {
  AxisTicks ticks;
  if (!(range.lower > 0) || !(range.upper > range.lower)) return ticks;
  const QVector<double> decades = multiples(range, {1});
  QVector<double> finer = multiples(range, {1, 2, 5});
  const QVector<double> finest = multiples(range, {1, 2, 3, 5, 7});
  if (finer.size() == 2 && finest.size() <= room) finer = finest;  // two labels tell too little
  ticks.minor = multiples(range, {2, 3, 4, 5, 6, 7, 8, 9});
  if (decades.size() < 3 && finer.size() >= 2 && finer.size() <= room) {
    ticks.major = finer;
  } else if (decades.size() >= 2) {
    const int every = (static_cast<int>(decades.size()) + room - 1) / room;
    const int shift = static_cast<int>(std::lround(std::log10(decades.front()))) % every;
    for (int i = (every - shift) % every; i < decades.size(); i += every)
      ticks.major.push_back(decades[i]);
    if (every > 1) ticks.minor = decades;
  } else {
    return evenTicks(range, room);
  }
  labelPowers(ticks);
  return ticks;
}

}  // namespace

QString tickText(double value, double step) {
  if (value == 0) return "0";
  if (isPlain(value)) {
    if (!(step > 0)) return withMinus(QString::number(value, 'g', 6));
    const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + kRounding)));
    return withMinus(QString::number(value, 'f', decimals));
  }
  if (!(step > 0)) return powerText(value, 4);
  // As many digits as tell neighbours apart.
  const double decades = std::floor(std::log10(std::abs(value)) + kRounding) -
                         std::floor(std::log10(step) + kRounding);
  return powerText(value, 1 + static_cast<int>(std::max(0.0, decades)));
}

AxisTicks axisTicks(report::AxisScale scale, QCPRange range, int room) {
  const int fits = std::clamp(room, 2, kMostTicks);
  return scale == report::AxisScale::kLog ? logTicks(range, fits) : evenTicks(range, fits);
}

void AxisTicker::generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks,
                          QVector<double>* minor, QVector<QString>* labels) {
  const QFontMetricsF metrics(axis_->tickLabelFont());
  const QRect rect = axis_->axisRect()->rect();
  const bool horizontal = axis_->orientation() == Qt::Horizontal;
  const double length = horizontal ? rect.width() : rect.height();
  const double each = horizontal ? metrics.horizontalAdvance(QStringLiteral("2×10⁻¹⁰")) * 1.25
                                 : metrics.height() * 1.8;
  AxisTicks made = axisTicks(scale_, range, static_cast<int>(length / each));
  ticks = made.major;
  if (minor != nullptr) *minor = made.minor;
  if (labels != nullptr) *labels = made.labels;
}

}  // namespace moe::plot
