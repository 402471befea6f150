#pragma once

#include "data/logs/text/text_reader.h"

namespace moe {

/// The kinds of text logs; `anyTextReader` changes to one of them when its line comes.
extern const TextFormat kComposerFormat;
extern const TextFormat kDeepspeedFormat;
extern const TextFormat kFairseqFormat;
extern const TextFormat kLlmcFormat;
extern const TextFormat kMegatronFormat;
extern const TextFormat kModdedNanogptFormat;
extern const TextFormat kNanogptFormat;
extern const TextFormat kOlmoFormat;
extern const TextFormat kOpenInstructFormat;
extern const TextFormat kTorchtitanFormat;
extern const TextFormat kTrainerTextFormat;

}  // namespace moe
