#pragma once

namespace moe {

/// The commit that this program was built from; written at every build by
/// app/package/write_commit.cmake, and the only source that a new commit compiles again.
struct BuildCommit {
  const char* id;    ///< "c174dda41a2b"; empty: not built from a repository
  const char* date;  ///< "2026-11-26"
  bool changed;      ///< files differed from the commit
};

BuildCommit buildCommit();

}  // namespace moe
