#include "costmodel/kernels/routing/given_routing.h"

#include <fmt/format.h>

namespace moe {
namespace {

Result<void> checkToken(std::span<const std::uint16_t> of_token, std::size_t token, int experts) {
  for (std::size_t i = 0; i < of_token.size(); ++i) {
    if (of_token[i] >= experts)
      return fail(ErrorKind::kInput, fmt::format("token {}", token),
                  fmt::format("expert {} does not exist; the experts are 0 to {}", of_token[i],
                              experts - 1));
    for (std::size_t j = 0; j < i; ++j)
      if (of_token[j] == of_token[i])
        return fail(ErrorKind::kInput, fmt::format("token {}", token),
                    fmt::format("names expert {} twice", of_token[i]));
  }
  return {};
}

}  // namespace

Result<Routing> givenRouting(std::span<const std::uint16_t> chosen, int top_k, int experts) {
  if (top_k < 1 || experts < 1 || chosen.size() % top_k != 0)
    return fail(ErrorKind::kInput, "choices",
                fmt::format("{} choices of {} experts do not make tokens of {} each", chosen.size(),
                            experts, top_k));
  Routing routing;
  routing.tokens = static_cast<int>(chosen.size() / top_k);
  routing.experts = experts;
  routing.first.assign(experts + 1, 0);
  for (int t = 0; t < routing.tokens; ++t) {
    const auto of_token = chosen.subspan(static_cast<std::size_t>(t) * top_k, top_k);
    if (auto checked = checkToken(of_token, t, experts); !checked)
      return tl::unexpected(checked.error());
    for (const std::uint16_t expert : of_token) ++routing.first[expert + 1];
  }
  for (int e = 0; e < experts; ++e) routing.first[e + 1] += routing.first[e];
  routing.token.resize(chosen.size());
  routing.weight.assign(chosen.size(), 1.0F / static_cast<float>(top_k));
  std::vector<std::int32_t> next(routing.first.begin(), routing.first.end() - 1);
  for (std::size_t i = 0; i < chosen.size(); ++i)
    routing.token[next[chosen[i]]++] = static_cast<std::int32_t>(i / top_k);
  return routing;
}

int expertsTouched(const Routing& routing) {
  int touched = 0;
  for (int e = 0; e < routing.experts; ++e) touched += routing.first[e + 1] > routing.first[e];
  return touched;
}

}  // namespace moe
