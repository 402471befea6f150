#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "app/cli/run_cli.h"

namespace {

constexpr int kInterrupted = 130;

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
    _exit(kInterrupted);
  }).detach();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed reader is an error message, not a silent death
  std::stop_source source;
  stopOnInterrupt(source);
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return moe::cli::runCli(
      args, std::cout, std::cerr,
      {.stop = source.get_token(), .err_is_terminal = isatty(STDERR_FILENO) != 0});
}
