#pragma once

#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "data/error.h"

namespace moe {

/// oneDNN did not make or run a product.
struct OnednnRefusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Runs what returns a Result, and makes errors of it when memory, threads or a product of the
/// library are refused. Our own bugs pass.
template <class Work>
auto guarded(const Work& work) -> decltype(work()) {
  const auto refused = [](std::string message) {
    return fail(ErrorKind::kInfeasible, "kernels", std::move(message));
  };
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return refused("not enough memory for this shape; take a smaller one");
  } catch (const std::system_error& error) {
    return refused(std::string("the system refuses a thread (") + error.what() +
                   "); take fewer with --threads");
  } catch (const OnednnRefusal& error) {
    return refused(std::string("oneDNN refuses a product: ") + error.what());
  }
}

}  // namespace moe
