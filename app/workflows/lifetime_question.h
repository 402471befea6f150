#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "costmodel/precision.h"

namespace moe {

/// A plan over training and lifetime serving, or a front, as it is asked for on the command line or
/// in a window: names, not yet looked up. Lists are alternatives that the plan chooses among.
struct LifetimeQuestion {
  std::string law_file;        ///< one of this and `preset`
  std::string preset;          ///< published coefficients by name
  std::string other_law_file;  ///< a second law, for the sensitivity

  std::optional<double> lifetime_tokens;  ///< output tokens
  std::optional<double> target_loss;      ///< nats; one of this and a budget
  std::optional<double> budget_usd;       ///< training and serving; of a front: training
  std::optional<double> budget_flop;      ///< of a front: training
  std::vector<double> total_usd;          ///< of a front over lifetime USD: least and most

  std::vector<double> experts = {1, 4, 8, 16, 32};
  std::vector<double> top_k;        ///< empty: the shape's or the model's
  std::vector<double> granularity;  ///< empty: the family's
  std::vector<Precision> weights = {Precision::kBf16};
  std::vector<std::string> hardware;  ///< that serves
  std::string shape = "yun";          ///< shape rule, unless a model is the template
  std::string model_template;         ///< name in the catalog, FILE.toml or a config.json
  std::vector<std::string> models;    ///< concrete models instead of sizes of a shape
  std::string cost_preset;            ///< the published roofline instead of the cost model
  std::string flop_prices;            ///< FLOP prices of [Sardana2024] instead of machines

  std::vector<int> devices;              ///< of a replica; empty: every number
  std::vector<std::string> parallelism;  ///< "tp4", "tp8 ep8"; empty: every division
  std::optional<int> max_devices;        ///< of a replica; 8 unless given
  std::optional<double> prompt_tokens, output_tokens;
  std::optional<double> max_concurrency;  ///< 256 unless given
  std::string engine = "vllm";
  Precision kv_cache = Precision::kBf16;
  std::optional<double> router_skew;  ///< exponent of a power law; 1.2 unless given
  std::optional<double> ttft_limit_s, tpot_limit_s;
  std::optional<double> usd_per_device_hour;

  std::string training_hardware;  ///< the first that serves unless given
  std::optional<int> training_devices;
  std::optional<double> training_mfu;  ///< from measured rows unless given
  std::optional<double> training_usd_per_device_hour;

  std::optional<double> instruction_tuning_tokens;  ///< on top of what is planned

  std::optional<double> unique_tokens, max_train_tokens, max_tokens_per_param, max_train_days;

  std::size_t draws = 200;
  std::uint64_t seed = 0;
  int threads = 0;
  bool sensitivity = false;
  std::string save_model;  ///< file for the recommended model
  std::string catalog_dir;

  bool operator==(const LifetimeQuestion&) const = default;
};

/// The question without what law and priced designs do not depend on (goal, lifetime, limits on
/// training, draws, what else is wanted): equal ones have equal lifetimeInputs as long as the files
/// that they name stay as they are.
LifetimeQuestion inputsKey(LifetimeQuestion question);

}  // namespace moe
