#include "app/report/accuracy_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/report/accuracy_tables.h"
#include "app/report/number_text.h"
#include "app/report/text_table.h"

namespace moe::report {
namespace {

constexpr int kPageWidth = 100;

std::string section(const std::string& heading, const std::vector<std::string>& parts) {
  std::string text = "\n## " + heading + "\n";
  for (const std::string& part : parts) text += "\n" + part;
  return text;
}

std::string prose(const std::string& text) { return wrappedText(text, kPageWidth); }

std::string bullets(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += wrappedText("- " + item, kPageWidth, 2);
  return text;
}

std::string opening(const AccuracyOutcome& outcome) {
  return "# How far predictions are from measured serving\n\n" +
         prose(
             "Written by `moeplan validate --accuracy-page data/tables/serving/ACCURACY.md`; a "
             "test holds this file against what that command writes.") +
         "\n" +
         prose(fmt::format(
             "{} measured points of serving systems ([SOURCE.md](SOURCE.md)) are held against "
             "predictions from the model's configuration, the kernel tables of the machine and the "
             "constants below; {} could not be predicted. TPOT is the mean time per output token, "
             "TTFT the mean time to the first token, latency TTFT + (n - 1) TPOT for n output "
             "tokens. An error is |predicted / measured - 1|, MAPE the mean of errors, p90 the "
             "error that 90 % of the rows stay below.",
             outcome.points, outcome.skipped));
}

/// Figures that were computed once, apart from this program.
std::string baselineTable(const AccuracyStudy& study) {
  const ErrorSummary& unfitted = study.unfitted.back().tpot;
  const ErrorSummary& fitted = study.fitted.back().tpot;
  const auto row = [](const char* what, const ErrorSummary& e) {
    return std::vector<std::string>{what, decimalText(100 * e.mape, 1),
                                    decimalText(100 * e.median_ape, 1),
                                    decimalText(e.median_ratio, 2)};
  };
  return markdownTable(
      {"TPOT of the core rows", "MAPE, %", "median, %", "predicted/measured"},
      {{"roofline with data-sheet peaks *", "58.7", "60.2", "0.40"},
       {"roofline with three constants fitted to these rows *", "20.1", "15.5", "0.92"},
       row("kernel tables, nothing fitted", unfitted),
       row("kernel tables, four constants", fitted)});
}

std::string rowSets(const AccuracyStudy& study) {
  return section(
      "All, clean and core rows",
      {prose("Clean rows have no known defect. Core rows are the clean ones without 17 that were "
             "taken out by looking at their times; the flags MTP_TWIN and NONMONO were set by "
             "looking at times as well, so the three belong together. Rows of speculative decoding "
             "(MTP) are predicted as if every step gave one token."),
       prose("Nothing fitted: every constant of an engine at its neutral value (TTFT is then one "
             "prefill and one step, without any waiting)."),
       errorTable("Nothing fitted", study.unfitted),
       prose("With the constants that ship, four of TPOT for all engines and five of TTFT for "
             "each:"),
       errorTable("Constants as shipped", study.fitted), baselineTable(study),
       prose(
           "\\* Computed once by a prototype on the same core rows; this program does not compute "
           "them again.")});
}

std::string frozen(const AccuracyStudy& study) {
  GroupAccuracy unfitted = study.frozen_unfitted;
  GroupAccuracy fitted = study.frozen;
  unfitted.name = "nothing fitted";
  fitted.name = "constants as shipped";
  return section(
      "Rows that no fit has seen",
      {prose(fmt::format(
           "A fifth of the (model, machine) pairs was chosen by a hash of their names before "
           "anything was fitted: {}. No fit on this page uses their rows, those with something "
           "else left out neither.",
           fmt::join(study.frozen_pairs, "; "))),
       errorTable("Frozen pairs", {unfitted, fitted})});
}

std::string leftOut(const AccuracyStudy& study) {
  return section(
      "Each model and machine left out",
      {prose("The constants of TPOT and TTFT are fitted to the core rows without one group and "
             "without the frozen pairs, and then predict the group. DeepSeek-V3 and R1 are one "
             "model here: they have the same shape, and many of their rows are the same "
             "measurement."),
       errorTable("Model and machine", study.pairs_left_out),
       errorTable("Model", study.models_left_out), errorTable("Machine", study.machines_left_out)});
}

std::string groups(const AccuracyOutcome& outcome) {
  return section(
      "Groups",
      {prose("Core rows with the constants that ship."),
       errorTable("Requests in flight", outcome.study.by_concurrency),
       prose("Below the table stands what is known or likely of groups that are missed by much; "
             "every group of 20 rows or more beyond 25 % has such a reason. No constant belongs to "
             "a group."),
       groupTable(outcome.study.groups), prose("Rows that are not core, by machine:"),
       errorTable("Machine", outcome.outside_core)});
}

std::string intervals(const AccuracyStudy& study) {
  return section(
      "Intervals",
      {prose(
           "A 90 % interval of TPOT is the prediction divided and multiplied by e to the quantile "
           "below: the 90 % quantile of |ln(measured/predicted)| of points whose model and "
           "machine were left out of the fit. To count how many left-out points lie inside, the "
           "quantile is taken without their own pair. Where kernels of another accelerator stand "
           "for the machine the logarithm is 1.5 times as large, and 2.5 times where only a "
           "roofline exists; both factors are a judgement."),
       intervalTable(study)});
}

std::string constants(const AccuracyStudy& study) {
  return section(
      "Constants",
      {prose(fmt::format(
           "Fitted to {} core rows outside the frozen pairs: TPOT by a robust sum over relative "
           "errors (soft L1 beyond 2 %), TTFT by Cauchy's loss over the logarithm. TensorRT-LLM "
           "hides its host work, so host_step and host_sequence do not apply to it.",
           study.fitted_points)),
       constantsTable(study)});
}

std::string spread(const AccuracyStudy& study) {
  return section(
      "What no model can tell",
      {prose(fmt::format(
          "{} pairs of core rows differ in the number of output tokens only, so that their "
          "prefills are the same. Their TTFT differ {} times on the median and {} times at the "
          "90th percentile: how a load begins is not recorded. Four configurations that were "
          "measured twice differ by 7 to 14 % in TPOT.",
          study.repeated_pairs, decimalText(study.repeated_median, 2),
          decimalText(study.repeated_p90, 2)))});
}

std::string chosen() {
  return section(
      "Chosen with sight of these rows",
      {prose("\"Nothing fitted\" means no constant. These rules were chosen among alternatives by "
             "looking at errors on these rows, the frozen ones included:"),
       bullets(
           {"a shape that was not measured takes its utilisation from the two nearest ones, "
            "weighted by inverse distance in the logarithms of its sizes;",
            "spikes and untuned kernels of the tables are left out or bounded by what stands "
            "beside "
            "them (costmodel/operators/README.md);",
            "TensorRT-LLM hides host work behind the device's;",
            "deployments on racks of 72 whose devices are all counted as one tensor-parallel "
            "group are read as trays of four devices;",
            "on Blackwell quantising activations is fused into the operator before for fp8 "
            "with one scale per tensor and for nvfp4, not for fp8 in blocks; on Hopper never;",
            "which kernel table stands for which engine and format: vLLM's own experts on "
            "Hopper, TensorRT-LLM's elsewhere, never slower than a higher precision;",
            "tokens spread over experts by a power law of exponent 1.2, short prompts "
            "prefilled together up to 2048 tokens, 0.95 of the memory for weights and cache."})});
}

std::string kernels(const AccuracyOutcome& outcome) {
  const auto& systems = outcome.systems;
  return section(
      "Kernel tables",
      {prose("Each cell: median error in percent, its 90th percentile in brackets, of hidden rows "
             "(one time of a shape is hidden, the others are known) / of hidden shapes (the whole "
             "shape is hidden). Large tables are sampled evenly. Ends of a curve are not hidden: "
             "beyond them nothing is interpolated. Matrix products are measured on a grid, "
             "attention and experts at the shapes of known models."),
       kernelTable(systems),
       bullets({"gemm medians are " + largestMedian(systems, "gemm"),
                "attention medians, MLA apart, are " + largestMedian(systems, "attention"),
                "MLA medians are " + largestMedian(systems, "MLA"),
                "medians of routed experts are " + largestMedian(systems, "moe")})});
}

std::string throughput(const ThroughputStudy& study) {
  return section(
      "Published throughput of TensorRT-LLM",
      {prose("Rows of NVIDIA's performance pages, output tokens a second of the whole deployment. "
             "No constant was fitted to them; several rules of the model were chosen after the "
             "first comparison. Routed models are apart."),
       throughputTable(study),
       prose("One model of the kernels cannot be right for all releases: the same configuration "
             "became faster from release to release."),
       releaseTable(study)});
}

std::string deepSeek(const std::vector<ServingFigure>& figures) {
  return section(
      "DeepSeek's own serving",
      {prose("DeepSeek-V3 on H800 nodes of eight at 2 USD per device-hour, as DeepSeek published "
             "it: prefill with experts over 32 devices, decode over 144 (128 here). Prompts of "
             "4096 tokens are an assumption. The truth lies between an exchange of tokens that "
             "waits and one that hides behind a second micro-batch."),
       deepSeekTable(figures)});
}

std::string training(const std::vector<TrainingAccuracy>& rows) {
  return section(
      "Training",
      {prose("Measured training speeds, each predicted by coefficients and neighbours that have "
             "not seen what is left out: the row, every repeat of its configuration, or every row "
             "of its model. Rows and sources: data/tables/training/SOURCE.md."),
       trainingTable(rows)});
}

std::string limits() {
  return section(
      "Limits",
      {bullets(
          {"No measurement here is of an AMD accelerator or a TPU. A100 and L40S were held "
           "against published throughputs, not against latencies.",
           "Points of GB200 are sums over disaggregated deployments; reading them as trays of "
           "four is a guess, and none of them is a core row. Neither is any of B300.",
           "Speculative decoding was inferred from speed and cannot be told apart for certain; "
           "no acceptance rate is known, so it is not predicted here.",
           "All loads keep a constant number of requests of one length in flight. Poisson "
           "arrivals, mixed lengths and prefix caches are not among them.",
           "TTFT depends on how a load begins; judge it by its median, and look at latency.",
           "Three of the six model families of the core rows are mixtures of experts. Pipeline "
           "parallel was not measured."})});
}

}  // namespace

std::string accuracyPage(const AccuracyOutcome& outcome) {
  const AccuracyStudy& study = outcome.study;
  return opening(outcome) + rowSets(study) + frozen(study) + leftOut(study) + groups(outcome) +
         intervals(study) + constants(study) + spread(study) + chosen() + kernels(outcome) +
         throughput(outcome.throughput) + deepSeek(outcome.deepseek) + training(outcome.training) +
         limits();
}

}  // namespace moe::report
