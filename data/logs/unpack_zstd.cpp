#include <zstd.h>

#include "data/error.h"
#include "data/logs/unpacker.h"

namespace moe {
namespace {

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdUnpacker : public Unpacker {
 public:
  ZstdUnpacker() : context_(ZSTD_createDCtx()) { require(context_ != nullptr, "no zstd"); }

  Unpacked unpack(std::string_view packed, std::span<char> out) override {
    ZSTD_inBuffer input{packed.data(), packed.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t code = ZSTD_decompressStream(context_.get(), &output, &input);
    const bool damaged = ZSTD_isError(code) != 0;
    return {input.pos, output.pos, code == 0, damaged ? ZSTD_getErrorName(code) : nullptr};
  }

 private:
  std::unique_ptr<ZSTD_DCtx, FreeZstd> context_;
};

}  // namespace

std::unique_ptr<Unpacker> zstdUnpacker() { return std::make_unique<ZstdUnpacker>(); }

}  // namespace moe
