#include "app/cli/command.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <ostream>

#include "app/cli/progress_line.h"
#include "app/report/document_timing.h"
#include "app/workflows/law_workflows.h"
#include "app/workflows/write_file.h"

namespace moe::cli {
namespace {

int exitCode(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return 2;
    case ErrorKind::kInput:
      return 3;
    case ErrorKind::kUnanswered:
      return 3;
    case ErrorKind::kInfeasible:
      return 1;
    case ErrorKind::kCancelled:
      return 130;
  }
  require(false, "unknown kind of error");
  return 70;
}

void clearProgress(const CommandContext& context) {
  if (context.progress_line) context.progress_line->clear();
}

Result<void> write(CommandContext& context, const std::string& result) {
  if (!context.options.out.empty()) return writeFile(context.options.out, result);
  context.out << result << std::flush;
  if (!context.out) {
    return fail(ErrorKind::kInput, "standard output",
                "cannot write the result: the disk is full or the reader went away");
  }
  return {};
}

}  // namespace

ProgressSink CommandContext::progress() {
  if (options.quiet) return {};
  using Clock = std::chrono::steady_clock;
  progress_line = std::make_shared<ProgressLine>(err, progress_to_terminal, Clock::now());
  return [line = progress_line](std::string_view what, double fraction) {
    line->update(what, fraction, Clock::now());
  };
}

void addModelOptions(CLI::App& command, ModelQuestion& model) {
  command.add_option("--granularity", model.granularity, "d_ff / d_expert; 1 unless given")
      ->type_name("G");
  command
      .add_option("--top-k", model.top_k,
                  "Experts per token, for laws that have it; 1 unless given")
      ->type_name("K");
  command
      .add_option("--unique-tokens", model.unique_tokens,
                  "Tokens without repeats, for laws that have them; all unless given")
      ->type_name("U");
  command
      .add_option(
          "--precision-bits", model.precision_bits,
          "Bits, for laws that have them: 8, or w=8,a=8,kv=16,post=4 (weights, activations, "
          "KV cache, weights after training); not quantised unless given")
      ->type_name("P");
}

void CommandContext::refuse(const Error& error) {
  clearProgress(*this);
  exit_code = exitCode(error.kind);
  std::string message = describe(error);
  if (message.empty() && error.kind == ErrorKind::kCancelled) message = "interrupted";
  err << "moeplan: " << message << std::endl;
}

void CommandContext::deliver(const std::function<std::string()>& text,
                             const std::function<std::string()>& json, int code) {
  std::string result = options.json ? json() : text();
  if (options.no_timing) result = report::withoutTiming(std::move(result));
  clearProgress(*this);
  exit_code = code;
  if (const Result<void> written = write(*this, result); !written) refuse(written.error());
}

}  // namespace moe::cli
