#include "app/report/plots/plot_parts.h"

#include <fmt/format.h>

#include "app/report/number_text.h"

namespace moe::report {

PlotAxis paramsAxis(ParameterKind kind) {
  PlotAxis axis;
  axis.label = "Model size N";
  axis.unit = kind == ParameterKind::kUnstated ? std::string("parameters")
                                               : fmt::format("{} parameters", name(kind));
  axis.scale = AxisScale::kLog;
  return axis;
}

PlotAxis trainTokensAxis() {
  PlotAxis axis;
  axis.label = "Training data D";
  axis.unit = "tokens";
  axis.scale = AxisScale::kLog;
  return axis;
}

PlotAxis trainFlopAxis() {
  PlotAxis axis;
  axis.label = "Training compute C";
  axis.unit = "FLOP";
  axis.scale = AxisScale::kLog;
  return axis;
}

PlotAxis lossAxis() {
  PlotAxis axis;
  axis.label = "Loss";
  axis.unit = "nats per token";
  return axis;
}

PlotAxis usdPerMillionAxis(const std::string& of_what) {
  PlotAxis axis;
  axis.label = "Serving price";
  axis.unit = fmt::format("USD per million {}", of_what);
  axis.scale = AxisScale::kLog;
  return axis;
}

std::string expertsName(double experts) {
  return experts == 1 ? std::string("dense") : fmt::format("E {:g}", experts);
}

PlotColor category(int index) { return {PlotColor::Scheme::kCategory, index, 1}; }
PlotColor sequence(int index, int count) { return {PlotColor::Scheme::kSequence, index, count}; }
PlotColor neutral() { return {PlotColor::Scheme::kNeutral, 0, 1}; }
PlotColor emphasis() { return {PlotColor::Scheme::kEmphasis, 0, 1}; }

std::string runLabel(const TrainingRun& run) {
  return fmt::format("{}: N {}, D {}, {}; loss {} nats", run.run_id, countText(run.params),
                     countText(run.train_tokens), expertsName(run.experts),
                     decimalText(run.loss, 3));
}

void addPoint(PlotSeries& series, double x, double y, std::string label, std::string id) {
  series.x.push_back(x);
  series.y.push_back(y);
  series.labels.push_back(std::move(label));
  series.ids.push_back(std::move(id));
}

void addBars(PlotSeries& series, const std::optional<Range>& x, const std::optional<Range>& y) {
  series.x_low.push_back(x ? x->low : series.x.back());
  series.x_high.push_back(x ? x->high : series.x.back());
  series.y_low.push_back(y ? y->low : series.y.back());
  series.y_high.push_back(y ? y->high : series.y.back());
}

std::string drawsNote(std::size_t draws) {
  if (draws == 0) return "No bands: the law has no posterior sample.";
  return fmt::format("Bands and bars: 95 % of {} joint draws of the law.", draws);
}

}  // namespace moe::report
