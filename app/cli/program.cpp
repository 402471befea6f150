#include "app/cli/program.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "app/cli/run_cli.h"

namespace moe::cli {
namespace {

constexpr int kInterruptedTwice = 130;

/// Ctrl-C asks the work to stop; a second one ends the program at once. A thread that waits for
/// the signal may do what a signal handler must not. Started first, so that every later thread
/// has the signal blocked.
void stopOnInterrupt(const std::stop_source& source) {
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt, nullptr);
  std::thread([interrupt, source]() mutable {
    int signal = 0;
    sigwait(&interrupt, &signal);
    source.request_stop();
    sigwait(&interrupt, &signal);
    _exit(kInterruptedTwice);
  }).detach();
}

bool mayDraw(std::string_view argument) { return argument == "report" || argument == "run"; }

}  // namespace

void becomeDrawingProgram(int argc, char** argv) {
  if (std::none_of(argv + std::min(argc, 1), argv + argc, mayDraw)) return;
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return;
  for (const char* place : {"moeplan-draw", "../libexec/moeplan/moeplan-draw"})
    execv((self.parent_path() / place).c_str(), argv);  // returns when it is not there
}

int runProgram(int argc, char** argv, const report::ReportDrawing& drawing) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed reader is an error message, not a silent death
  std::stop_source source;
  stopOnInterrupt(source);
  const std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  return runCli(args, std::cout, std::cerr,
                {.stop = source.get_token(),
                 .err_is_terminal = isatty(STDERR_FILENO) != 0,
                 .drawing = &drawing});
}

}  // namespace moe::cli
