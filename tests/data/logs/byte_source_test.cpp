#include "data/logs/byte_source.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/data/logs/packed.h"
#include "tests/data/temporary_file.h"

namespace moe {
namespace {

using testing::HasSubstr;

/// Longer than the head and than a piece of the file, with lines that do not repeat.
std::string numberedLines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i * 7919LL) + " loss\n";
  return text;
}

struct WholeStream {
  std::string bytes;
  std::string problem;
};

WholeStream readAll(ByteSource& source, std::size_t piece) {
  WholeStream whole;
  std::string buffer(piece, '\0');
  for (;;) {
    const Result<std::size_t> count = source.read(buffer);
    if (!count) {
      whole.problem = describe(count.error());
      return whole;
    }
    if (*count == 0) return whole;
    whole.bytes.append(buffer, 0, *count);
  }
}

ByteSource opened(const TemporaryFile& file) {
  Result<ByteSource> source = ByteSource::open(file.path());
  if (!source) throw std::runtime_error(describe(source.error()));
  return std::move(*source);
}

TEST(ByteSource, GivesAPlainFileAsItLies) {
  const std::string text = numberedLines(100000);
  const TemporaryFile file(text, ".log");
  for (const std::size_t piece : {std::size_t(1000), std::size_t(1) << 20}) {
    ByteSource source = opened(file);
    EXPECT_EQ(readAll(source, piece).bytes, text);
    EXPECT_EQ(source.compression(), "");
    EXPECT_EQ(source.bytesRead(), text.size());
    EXPECT_EQ(source.fileSize(), text.size());
    EXPECT_FALSE(source.cutOff());
  }
}

TEST(ByteSource, UnpacksGzipMembersAndZstdFramesInARow) {
  const std::string one = numberedLines(60000);
  const std::string two = "the end\n";
  const struct {
    const char* name;
    std::string packed;
  } cases[] = {{"gzip", test::gzipOf(one) + test::gzipOf("") + test::gzipOf(two)},
               {"zstd", test::zstdOf(one) + test::zstdOf("") + test::zstdOf(two)}};
  for (const auto& item : cases) {
    const TemporaryFile file(item.packed, ".log");
    for (const std::size_t piece : {std::size_t(999), std::size_t(1) << 20}) {
      ByteSource source = opened(file);
      const WholeStream whole = readAll(source, piece);
      EXPECT_TRUE(whole.bytes == one + two) << item.name;
      EXPECT_EQ(whole.problem, "");
      EXPECT_EQ(source.compression(), item.name);
      EXPECT_EQ(source.bytesRead(), item.packed.size());
      EXPECT_FALSE(source.cutOff());
    }
  }
}

TEST(ByteSource, ShowsTheHeadWithoutTakingIt) {
  const std::string text = numberedLines(60000);
  const TemporaryFile file(test::gzipOf(text), ".gz");
  ByteSource source = opened(file);
  EXPECT_EQ(source.head().value(), text.substr(0, 65536));
  EXPECT_TRUE(readAll(source, 4096).bytes == text);
  EXPECT_EQ(source.head().value(), text.substr(0, 65536));
}

TEST(ByteSource, EndsWhereAPackedFileIsCutOffAndSaysSo) {
  const std::string text = numberedLines(60000);
  for (const std::string& packed : {test::gzipOf(text), test::zstdOf(text)}) {
    for (const std::size_t size : {std::size_t(5), packed.size() / 2, packed.size() - 1}) {
      const TemporaryFile file(packed.substr(0, size), ".log");
      ByteSource source = opened(file);
      const WholeStream whole = readAll(source, 10000);
      EXPECT_EQ(whole.problem, "");
      EXPECT_TRUE(text.starts_with(whole.bytes));
      EXPECT_TRUE(source.cutOff()) << size;
    }
  }
}

TEST(ByteSource, GivesWhatIsBeforeDamageAndThenTheError) {
  const std::string text = numberedLines(400000);
  const struct {
    const char* name;
    std::string packed;
  } cases[] = {{"gzip", test::gzipOf(text)}, {"zstd", test::zstdOf(text)}};
  for (const auto& item : cases) {
    std::string packed = item.packed;
    for (std::size_t i = 0; i < 64; ++i) packed[packed.size() / 2 + i] ^= '\x5a';
    const TemporaryFile file(packed, ".log");
    ByteSource source = opened(file);
    const WholeStream whole = readAll(source, 10000);
    EXPECT_GT(whole.bytes.size(), 100000u) << item.name;
    EXPECT_THAT(whole.problem, HasSubstr(std::string("the ") + item.name + " data is damaged"));
  }
}

TEST(ByteSource, TakesZeroBytesBehindGzipAsPaddingButNothingElse) {
  const TemporaryFile padded(test::gzipOf("a\n") + std::string(600, '\0'), ".gz");
  ByteSource source = opened(padded);
  EXPECT_EQ(readAll(source, 100).bytes, "a\n");
  EXPECT_FALSE(source.cutOff());

  const TemporaryFile followed(test::gzipOf("a\n") + "some text", ".gz");
  ByteSource other = opened(followed);
  EXPECT_THAT(readAll(other, 100).problem, HasSubstr("is damaged near byte"));
}

TEST(ByteSource, SkipsASkippableFrameOfZstd) {
  const std::string skippable("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  const TemporaryFile file(skippable + test::zstdOf("a\n"), ".zst");
  ByteSource source = opened(file);
  EXPECT_EQ(readAll(source, 100).bytes, "a\n");
}

TEST(ByteSource, RefusesWhatIsNoFileAndPackingsItDoesNotKnow) {
  const Result<ByteSource> missing = ByteSource::open("no/such/log");
  ASSERT_FALSE(missing);
  EXPECT_EQ(describe(missing.error()), "no/such/log: there is no such file");

  const Result<ByteSource> folder = ByteSource::open(std::filesystem::temp_directory_path());
  ASSERT_FALSE(folder);
  EXPECT_THAT(describe(folder.error()), HasSubstr("is a folder"));

  const TemporaryFile file(std::string("\xfd"
                                       "7zXZ\0",
                                       6) +
                               "abc",
                           ".log");
  const Result<ByteSource> packed = ByteSource::open(file.path());
  ASSERT_FALSE(packed);
  EXPECT_THAT(describe(packed.error()), HasSubstr("is packed with xz; unpack it first"));
}

TEST(ByteSource, ReadsMemoryAsItLiesAndEmptyFiles) {
  ByteSource source = ByteSource::ofMemory("\x1f\x8b raw", "bytes");
  EXPECT_EQ(source.head().value(), "\x1f\x8b raw");
  EXPECT_EQ(readAll(source, 3).bytes, "\x1f\x8b raw");
  EXPECT_EQ(source.path(), "bytes");

  const TemporaryFile file("", ".log");
  ByteSource empty = opened(file);
  EXPECT_EQ(readAll(empty, 3).bytes, "");
  EXPECT_FALSE(empty.cutOff());
}

}  // namespace
}  // namespace moe
