#include "app/cli/program.h"
#include "app/plot/report_drawing.h"

int main(int argc, char** argv) {
  return moe::cli::runProgram(argc, argv, moe::plot::reportDrawing());
}
