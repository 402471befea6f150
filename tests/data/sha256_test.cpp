#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "data/sha256.h"

namespace moe {
namespace {

std::string digestOf(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hash.hexDigest();
}

// The example messages that NIST publishes with FIPS 180-4 (csrc.nist.gov, "Cryptographic Standards
// and Guidelines: Example Values", SHA-256), and the empty message of its test vectors.
TEST(Sha256, GivesTheDigestsThatNistPublishes) {
  EXPECT_EQ(digestOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digestOf(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digestOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digestOf(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Pieces of every size up to two blocks, so that each border of a block is crossed.
TEST(Sha256, DoesNotDependOnHowTheBytesAreCut) {
  const std::string text(1000, 'x');
  for (std::size_t piece = 1; piece <= 128; ++piece) {
    Sha256 hash;
    for (std::size_t at = 0; at < text.size(); at += piece) hash.add(text.substr(at, piece));
    EXPECT_EQ(hash.hexDigest(), digestOf(text)) << piece;
  }
}

TEST(Sha256, SeesOneChangedBit) { EXPECT_NE(digestOf("abc"), digestOf("abb")); }

}  // namespace
}  // namespace moe
