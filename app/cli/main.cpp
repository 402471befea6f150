#include "app/cli/program.h"

int main(int argc, char** argv) {
  moe::cli::becomeDrawingProgram(argc, argv);
  return moe::cli::runProgram(argc, argv, {});
}
