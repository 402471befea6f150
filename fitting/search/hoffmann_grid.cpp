#include "fitting/search/hoffmann_grid.h"

namespace moe {

std::vector<Eigen::VectorXd> hoffmannGrid() {
  std::vector<Eigen::VectorXd> starts;
  for (int alpha = 0; alpha <= 4; ++alpha) {
    for (int beta = 0; beta <= 4; ++beta) {
      for (int floor = -2; floor <= 2; ++floor) {
        for (int a = 0; a <= 5; ++a) {
          for (int b = 0; b <= 5; ++b) {
            Eigen::VectorXd start(5);
            start << 0.5 * floor, 5.0 * a, 5.0 * b, 0.5 * alpha, 0.5 * beta;
            starts.push_back(start);
          }
        }
      }
    }
  }
  return starts;
}

}  // namespace moe
