#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/workflows/adapt_request.h"
#include "app/workflows/adapt_tasks.h"
#include "costmodel/accounting/published_match.h"
#include "costmodel/adaptation/adaptation_cost.h"
#include "costmodel/adaptation/adapter_serving.h"
#include "costmodel/adaptation/published_quality.h"

namespace moe {

/// One method applied to the model. What was not asked for is absent.
struct AdaptRow {
  AdaptationMethod method = AdaptationMethod::kFull;
  AdaptedModel adapted;
  AdaptationBytes bytes;
  double activation_bytes_per_token = 0;
  std::optional<AdaptationFlop> flop;  ///< none for encoder-decoder models
  std::optional<AdaptationCost> cost;  ///< with a machine
  std::optional<AdapterServing> serving;
};

/// How ESFT chooses by one kind of score, of the task that is adapted to.
struct AdaptSelection {
  ScoreKind kind = ScoreKind::kToken;
  double p = 0;
  std::string task;
  EsftConfig config;
  std::vector<double> layer_sums;     ///< of all scores of each layer; empty for a read selection
  std::vector<SelectionPoint> sweep;  ///< over thresholds from 0.05 to 1
  std::vector<Concentration> layers;  ///< of each layer
  std::vector<TaskPair> pairs;        ///< with two tasks and more
};

struct AdaptOutcome {
  ModelArchitecture model;
  std::string targets;  ///< of LoRA, in words
  int rank = 8;
  int mixture = 10;
  bool freeze_router = false;
  std::vector<AdaptTask> tasks;
  std::vector<AdaptSelection> selections;
  std::vector<AdaptRow> rows;
  std::optional<AdaptationRun> run;
  std::string price_source;
  int adapters = 0;
  int serving_devices = 0;
  double prompt_tokens = 0, output_tokens = 0;
  std::vector<PublishedQuality> qualities;  ///< published, of the methods that were asked for
  std::vector<MatchedFigure> figures;       ///< published ones of adapting this model, beside ours
  std::string saved_config;
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
};

/// Thresholds of the sweep.
std::vector<double> sweptThresholds();

/// A machine was given and none of the methods fits on it: the answer is no.
bool nothingFits(const AdaptOutcome& outcome);

Result<AdaptOutcome> runAdapt(const AdaptRequest& request);

}  // namespace moe
