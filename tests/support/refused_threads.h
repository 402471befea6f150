#pragma once

#include <pthread.h>

#include <cstddef>

namespace moe::test {

/// While it lives, the system refuses every new thread that does not choose its own stack: the
/// usual one is made larger than an address space.
class RefusedThreads {
 public:
  RefusedThreads() { setStack(std::size_t{1} << 50, &before_); }
  ~RefusedThreads() { setStack(before_, nullptr); }
  RefusedThreads(const RefusedThreads&) = delete;
  RefusedThreads& operator=(const RefusedThreads&) = delete;

 private:
  static void setStack(std::size_t bytes, std::size_t* before) {
    pthread_attr_t attributes;
    pthread_getattr_default_np(&attributes);
    if (before != nullptr) pthread_attr_getstacksize(&attributes, before);
    pthread_attr_setstacksize(&attributes, bytes);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
  }
  std::size_t before_ = 0;
};

}  // namespace moe::test
