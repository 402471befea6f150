#pragma once

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <string>

namespace moe::test {

/// A history in CSV with a learning rate that falls along a cosine to a tenth, every `every` steps.
struct MadeHistory {
  int first = 100;
  int last = 10000;
  int every = 100;
  int planned = 10000;  ///< where the cosine ends
  std::string loss_name = "val_loss";
  std::function<double(int)> loss = [](int step) { return 2 + 20 / std::sqrt(step); };

  double learningRate(int step) const {
    const double share = std::min(1.0, static_cast<double>(step) / planned);
    return 1e-3 * (0.55 + 0.45 * std::cos(3.14159265358979 * share));
  }

  std::string text() const {
    std::string csv = "step," + loss_name + ",lr\n";
    for (int step = first; step <= last; step += every)
      csv += fmt::format("{},{},{}\n", step, loss(step), learningRate(step));
    return csv;
  }
};

/// A log as Megatron-LM prints it, of a GPT with 4 layers of width 256.
struct MadeMegatronLog {
  int steps = 1000;
  int planned = 1000;
  int batch = 128;
  std::string arguments;  ///< further lines, "  num_experts .... 8"

  std::string text() const {
    std::string log = "------------------------ arguments ------------------------\n";
    for (const auto& [key, value] :
         {std::pair{"num_layers", "4"}, std::pair{"hidden_size", "256"},
          std::pair{"num_attention_heads", "4"}, std::pair{"ffn_hidden_size", "1024"},
          std::pair{"seq_length", "512"}, std::pair{"max_position_embeddings", "512"},
          std::pair{"padded_vocab_size", "50304"},
          std::pair{"untie_embeddings_and_output_weights", "False"},
          std::pair{"position_embedding_type", "learned_absolute"}, std::pair{"swiglu", "False"},
          std::pair{"tensor_model_parallel_size", "1"}})
      log +=
          fmt::format("  {} {} {}\n", key, std::string(48 - std::string(key).size(), '.'), value);
    log += fmt::format("  train_iters {} {}\n", std::string(37, '.'), planned) + arguments;
    log += "-------------------- end of arguments ---------------------\n";
    for (int step = 100; step <= steps; step += 100) {
      const double share = static_cast<double>(step) / planned;
      log += fmt::format(
          " iteration {:8}/{:8} | consumed samples: {:12} | elapsed time per iteration (ms): 500.0 "
          "| learning rate: {:.3E} | global batch size: {:5} | lm loss: {:.6E} | loss scale: 1.0 | "
          "grad norm: 1.000 | number of skipped iterations: 0 | number of nan iterations: 0 |\n",
          step, planned, static_cast<long>(step) * batch, 1e-3 * (1 - 0.9 * share), batch,
          3 + 20.0 / step);
    }
    log += fmt::format(
        "----------------------------------------------------------------\n"
        " validation loss at iteration {} | lm loss value: {:.6E} | lm loss PPL: {:.6E} |\n",
        steps, 3.25, std::exp(3.25));
    return log;
  }
};

}  // namespace moe::test
