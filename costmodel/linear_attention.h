#pragma once

#include <cstdint>

#include "data/catalog/model_entry.h"

namespace moe {

/// Parameters of one layer that carries a state of constant size instead of a KV cache, without
/// the norm before it. With h the hidden size, K and V the widths of all keys and all values, H the
/// value heads and c the span of the convolution:
///
///   gated delta net  2 h (K + V) + 2 h H + c (2 K + V) + 2 H + V / H + V h      [Yang2024]
///   lightning        4 h V + V + V h: query, key, value, gate; norm; output     [MiniMax2025]
///   Mamba            2 h I + (c + 1) I + I (r + 2 s) + (r + 1) I + I s + I + r + 2 s + I h
///                    with inner width I, state s, rank r of the step [Gu2023]; the norms of step,
///                    B and C are those of Jamba [Lieber2024]
///
/// 0 when the entry does not say what its linear layers are.
std::int64_t linearAttentionParams(const ModelEntry& entry);

/// Elements of state that one request holds in one such layer: the matrix of each value head, or
/// the state of each inner channel, and the c - 1 past inputs of the convolution. 0 when unknown.
std::int64_t linearAttentionState(const ModelEntry& entry);

}  // namespace moe
