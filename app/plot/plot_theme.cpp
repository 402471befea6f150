#include "app/plot/plot_theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace moe::plot {
namespace {

using Palette = std::array<QRgb, 7>;

// [Okabe2008], the strongest on the background first.
constexpr Palette kLightCategories{0xff0072b2, 0xffe69f00, 0xff009e73, 0xffcc79a7,
                                   0xff56b4e9, 0xff8c6d00, 0xff555555};
constexpr Palette kDarkCategories{0xff56b4e9, 0xffe69f00, 0xff2cc295, 0xffe295c3,
                                  0xff2f74d0, 0xfff0e442, 0xffbbbbbb};

// One hue, from pale to deep on white and the other way round on black; the palest stands out of
// the background at 3 to 1.
constexpr std::array<QRgb, 2> kLightSequence{0xff5698d0, 0xff08306b};
constexpr std::array<QRgb, 2> kDarkSequence{0xff3a76b5, 0xffd6e9ff};

QColor mixed(QRgb first, QRgb second, double share) {
  const QColor a(first);
  const QColor b(second);
  const auto channel = [&](int from, int to) {
    return static_cast<int>(std::lround(from + share * (to - from)));
  };
  return {channel(a.red(), b.red()), channel(a.green(), b.green()), channel(a.blue(), b.blue())};
}

/// Relative luminance of sRGB, WCAG 2.1.
double luminanceOf(const QColor& color) {
  const auto linear = [](double channel) {
    return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
         0.0722 * linear(color.blueF());
}

double contrastOf(const QColor& a, const QColor& b) {
  const double first = luminanceOf(a) + 0.05;
  const double second = luminanceOf(b) + 0.05;
  return std::max(first, second) / std::min(first, second);
}

QFont fontOf(const PlotTheme& theme, int pixels, bool bold = false) {
  QFont font(theme.family);
  font.setPixelSize(pixels);
  font.setBold(bold);
  return font;
}

}  // namespace

QFont PlotTheme::labelFont() const { return fontOf(*this, text_px); }
QFont PlotTheme::titleFont() const { return fontOf(*this, text_px + 3, true); }
QFont PlotTheme::noteFont() const { return fontOf(*this, text_px - 1); }
QFont PlotTheme::tickFont() const { return fontOf(*this, text_px - 1); }

PlotTheme lightTheme() {
  PlotTheme theme;
  theme.background = QColor(0xff, 0xff, 0xff);
  theme.text = QColor(0x1f, 0x23, 0x28);
  theme.faint = QColor(0x59, 0x60, 0x6a);
  theme.grid = QColor(0xe7, 0xe9, 0xec);
  theme.neutral = QColor(0x8a, 0x91, 0x9a);
  theme.emphasis = QColor(0xd5, 0x5e, 0x00);
  return theme;
}

PlotTheme darkTheme() {
  PlotTheme theme;
  theme.dark = true;
  theme.background = QColor(0x16, 0x1a, 0x1f);
  theme.text = QColor(0xe6, 0xe9, 0xed);
  theme.faint = QColor(0xa3, 0xab, 0xb5);
  theme.grid = QColor(0x2a, 0x30, 0x37);
  theme.neutral = QColor(0x7f, 0x88, 0x93);
  theme.emphasis = QColor(0xff, 0x8a, 0x3d);
  return theme;
}

QColor colorOf(const report::PlotColor& color, const PlotTheme& theme) {
  using Scheme = report::PlotColor::Scheme;
  const Palette& categories = theme.dark ? kDarkCategories : kLightCategories;
  switch (color.scheme) {
    case Scheme::kCategory:
      return QColor(categories[static_cast<std::size_t>(std::max(0, color.index)) % 7]);
    case Scheme::kSequence: {
      const auto& ends = theme.dark ? kDarkSequence : kLightSequence;
      const double last = std::max(1, color.count - 1);
      return mixed(ends[0], ends[1], std::clamp(color.index / last, 0.0, 1.0));
    }
    case Scheme::kNeutral:
      return theme.neutral;
    case Scheme::kEmphasis:
      return theme.emphasis;
  }
  return theme.text;
}

QColor readableOn(const QColor& background) {
  // 0.179 is where black and white contrast equally.
  return luminanceOf(background) > 0.179 ? QColor(Qt::black) : QColor(Qt::white);
}

QColor legibleOn(const QColor& background, const QColor& color) {
  constexpr double kLeastContrast = 4.5;  // WCAG 2.1, AA for texts
  constexpr int kSteps = 20;
  const QColor end = readableOn(background);
  for (int step = 0; step < kSteps; ++step) {
    const QColor moved = mixed(color.rgb(), end.rgb(), static_cast<double>(step) / kSteps);
    if (contrastOf(moved, background) >= kLeastContrast) return moved;
  }
  return end;
}

int shapeOf(const report::PlotColor& color) {
  using Scheme = report::PlotColor::Scheme;
  const bool own = color.scheme == Scheme::kCategory || color.scheme == Scheme::kSequence;
  return own ? std::max(0, color.index) : -1;
}

QString textOf(const std::string& text) { return QString::fromStdString(text); }

}  // namespace moe::plot
