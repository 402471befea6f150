#pragma once

namespace moe::test {

/// True under the address sanitizer, where arithmetic takes twenty times as long. A test that is
/// about figures may take a smaller input there, as long as every line still runs: the presets dev
/// and core run it at full size.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace moe::test
