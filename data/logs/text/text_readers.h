#pragma once

#include <span>

#include "data/logs/log_reader.h"

namespace moe {

/// The readers of text logs, each told by its lines. They hand on what a line says with its names;
/// the planned number of steps, where a line gives it ("step:10/6200"), as setting "total_steps".

/// Megatron-LM, Megatron-DeepSpeed, GPT-NeoX: "iteration N/ M | ... | lm loss: 1.2E+00 |",
/// validation lines ("lm loss value"; of a test set "test lm loss value"), argument dumps,
/// parameter counts.
const LogReader& megatronReader();

/// llm.c: main.log ("s:10 trl:3.2", "s:250 tel:3.3") and what it prints ("step 1/100 | loss ...",
/// "val loss 3.3", its table of parameters). Also build-nanogpt and nanochat.
const LogReader& llmcReader();

/// nanoGPT: "iter 100: loss 3.2, time 12.30ms, mfu 30.00%", "step 250: train loss 2.1, val
/// loss 2.2".
const LogReader& nanogptReader();

/// modded-nanogpt: "step:10/6200 train_loss:3.2 train_time:214ms step_avg:21.40ms".
const LogReader& moddedNanogptReader();

/// OLMo, OLMoE, OLMo-core: "[step=10/739328]" and below it "    train/CrossEntropyLoss=2.3".
const LogReader& olmoReader();

/// open-instruct fine-tuning: "Step: 10, LR: 1e-05, Loss: 2.3", often behind progress bars. Its
/// loss may be a sum over tokens.
const LogReader& openInstructReader();

/// Composer, llm-foundry: "[batch=10/100]:" and below it "Train loss/train/total: 2.3".
const LogReader& composerReader();

/// torchtitan: "step: 10  loss: 7.9123  memory: 30.12GiB(38.54%)  tps: 5,432".
const LogReader& torchtitanReader();

/// What the Hugging Face Trainer prints: "{'loss': 2.3, 'learning_rate': 1e-05, 'epoch': 0.1}". Its
/// records have no step: progress bars between the lines are not in step with them.
const LogReader& trainerTextReader();

/// DeepSpeed alone: "step=10, skipped=0, lr=[0.0001]", "steps: 10 loss: 2.3456 iter time (s): ...".
const LogReader& deepspeedReader();

/// fairseq, metaseq: "| INFO | train_inner | {"loss": "9.9", "num_updates": "100"}". Their losses
/// are in bits: the names get " (bits)" behind them.
const LogReader& fairseqReader();

/// Any other log: lines that hold a step and a loss as "key=value", "key: value" or "key value".
/// When a line of one of the kinds above comes, it and all that follow are read as that kind.
const LogReader& anyTextReader();

/// All of them, the last resort last.
std::span<const LogReader* const> textReaders();

}  // namespace moe
