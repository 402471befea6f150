#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace moe {

/// Why a question got no answer. The command line turns each into an exit code.
enum class ErrorKind {
  kUsage,       ///< the request itself makes no sense: unknown option value, a budget of zero
  kInput,       ///< a file, a name or a datum is wrong
  kUnanswered,  ///< the law or model has no answer to this question: no optimum without D
  kInfeasible,  ///< the question was understood and the answer is no
  kCancelled,   ///< the user stopped it; not a failure
};

/// What went wrong, and where: a file with line, an option or a name. `describe` joins the two.
struct Error {
  ErrorKind kind = ErrorKind::kInput;
  std::string where;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string where, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(where), std::move(message)});
}

/// The same for a request that makes no sense; `where` is the option.
inline tl::unexpected<Error> usageError(std::string where, std::string message) {
  return fail(ErrorKind::kUsage, std::move(where), std::move(message));
}

/// "where: message", or the message alone.
std::string describe(const Error& error);

/// Something to tell the user beside a result, with a stable code that programs can test.
struct Warning {
  std::string code;  ///< snake_case, for programs: "mid_schedule"
  std::string message;
};

/// Stops with an exception that only the top of the program catches (exit 70): our own bug.
void require(bool condition, const char* what);

}  // namespace moe
