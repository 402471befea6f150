// Reading text logs: 1 GB must take well under 10 s on one core. Each log is read from memory, so
// that the disk is not timed; bytes a second are printed.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

#include "data/logs/text/text_readers.h"

namespace {

constexpr std::size_t kBytes = 64'000'000;

/// Counts what it is given.
struct CountingSink final : moe::LogSink {
  void run(std::string_view) override {}
  void setting(const moe::LogSetting&) override {}
  void record(const moe::LogRecord& record) override { values += record.values.size(); }
  void skip(moe::LogSkip) override { ++skips; }
  std::size_t values = 0;
  std::size_t skips = 0;
};

template <class Line>
std::string logOf(Line line) {
  std::string text;
  text.reserve(kBytes + 1000);
  for (int step = 1; text.size() < kBytes; ++step) text += line(step);
  return text;
}

void readLog(benchmark::State& state, const moe::LogReader& reader, const std::string& text) {
  for (auto _ : state) {
    CountingSink sink;
    moe::ByteSource source = moe::ByteSource::ofMemory(text, "log");
    const auto done = reader.read(source, sink, {});
    if (!done || sink.values == 0 || sink.skips > 0) state.SkipWithError("the log was not read");
    benchmark::DoNotOptimize(sink.values);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

double lossAt(int step) { return 2.5 + 8.0 / (step % 10'000 + 1); }

void megatron(benchmark::State& state) {
  readLog(
      state, moe::megatronReader(), logOf([](int step) {
        return fmt::format(
            "0:  iteration {:8}/  500000 | consumed samples: {:12} | elapsed time per iteration "
            "(ms): {:.1f} | learning rate: {:.6E} | global batch size:   256 | lm loss: {:.6E} | "
            "load_balancing_loss: 1.020000E+00 | loss scale: 1.0 | grad norm: {:.3f} | number of "
            "skipped iterations:   0 | number of nan iterations:   0 |\n",
            step, 256L * step, 3456.7, 3e-4 / step, lossAt(step), lossAt(step) / 3);
      }));
}

void moddedNanogpt(benchmark::State& state) {
  readLog(state, moe::moddedNanogptReader(), logOf([](int step) {
            return fmt::format("step:{}/6200 train_loss:{:.4f} train_time:{}ms step_avg:{:.2f}ms\n",
                               step, lossAt(step), 213L * step, 213.4);
          }));
}

void llmcMainLog(benchmark::State& state) {
  readLog(state, moe::llmcReader(), logOf([](int step) {
            return fmt::format("s:{} trl:{:.4f} lr:{:.6f} norm:{:.2f}\n", step, lossAt(step), 6e-4,
                               lossAt(step) / 3);
          }));
}

void progressBars(benchmark::State& state) {
  readLog(
      state, moe::openInstructReader(), logOf([](int step) {
        return fmt::format(
            "2024-08-03T04:58:48.487524938Z \r  3%|#         | {0}/9500 [01:18<206:55:43, "
            "78.42s/it]08/02/2024 21:58:48 - INFO - __main__ -   Step: {0}, LR: {1:.12e}, Loss: "
            "{2:.10f}\n",
            step, 2e-5 / step, lossAt(step));
      }));
}

void anyText(benchmark::State& state) {
  readLog(
      state, moe::anyTextReader(), logOf([](int step) {
        return fmt::format(
            "2024-01-01 12:00:00,123 INFO trainer: epoch=1 step={} train_loss={:.4f} lr=3.00e-04 "
            "grad_norm: 1.25 tokens/s: 1,234\n",
            step, lossAt(step));
      }));
}

BENCHMARK(megatron)->Unit(benchmark::kMillisecond);
BENCHMARK(moddedNanogpt)->Unit(benchmark::kMillisecond);
BENCHMARK(llmcMainLog)->Unit(benchmark::kMillisecond);
BENCHMARK(progressBars)->Unit(benchmark::kMillisecond);
BENCHMARK(anyText)->Unit(benchmark::kMillisecond);

}  // namespace
