#include "app/workflows/residual_file.h"

#include <fmt/format.h>

#include <vector>

#include "data/csv_field.h"

namespace moe {

std::string residualFile(const RunTable& table, const LawFit& fit) {
  std::string text =
      "place,run_id,params,train_tokens,experts,loss,predicted,log_residual,robust_z,weight,"
      "leverage,outlier,largest_loss_shift\n";
  if (!fit.study.residuals) return text;
  const std::vector<Residual>& residuals = fit.study.residuals->points;
  std::vector<std::string> shift(residuals.size());
  for (const RunInfluence& run : fit.study.influence) {
    for (const std::size_t row : run.rows) shift[row] = fmt::format("{}", run.largest_loss_shift);
  }
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const Residual& residual = residuals[i];
    const std::size_t row = fit.data.rows[i];
    const TrainingRun& run = table.runs[row];
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{:d},{}\n", csvField(table.place(row)),
                        csvField(run.run_id), run.params, run.train_tokens, run.experts, run.loss,
                        residual.predicted, residual.log_residual, residual.robust_z,
                        residual.weight, residual.leverage, residual.outlier, shift[i]);
  }
  return text;
}

}  // namespace moe
