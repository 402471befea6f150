#!/usr/bin/python3
"""The layer of kernel_bench's comparison in PyTorch: one CSV row a case, times in milliseconds.

    moe_layer_torch.py [THREADS...]    engine,threads,experts,tokens,milliseconds

hidden 1024, FFN 2048, SwiGLU, top-2 of E experts with softmax over the chosen, f32. Weights are kept
transposed as torch.nn.Linear does; gate and up are one product. Tokens are grouped by expert with
index_select and index_add_, as Mixtral's implementation does. Warm, the best of several runs.
"""
import sys
import time

import torch
import torch.nn.functional as functional

HIDDEN, FFN = 1024, 2048


def make_layer(experts):
    generator = torch.Generator().manual_seed(1)

    def matrix(*shape):
        return torch.randn(*shape, generator=generator) * 0.03

    # Times do not depend on the values: every expert is a copy of one, in a place of its own.
    up, down = matrix(2 * FFN, HIDDEN), matrix(HIDDEN, FFN)
    return matrix(experts, HIDDEN), [(up.clone(), down.clone()) for _ in range(experts)]


def run_layer(layer, x):
    router, experts = layer
    logits, chosen = torch.topk(functional.linear(x, router), 2, dim=-1)
    weights = torch.softmax(logits, dim=-1)
    out = torch.zeros_like(x)
    for e in torch.unique(chosen).tolist():
        token, slot = torch.where(chosen == e)
        gate, up = functional.linear(x.index_select(0, token), experts[e][0]).chunk(2, dim=-1)
        y = functional.linear(functional.silu(gate) * up, experts[e][1])
        out.index_add_(0, token, y * weights[token, slot, None])
    return out


def best_milliseconds(run, repetitions):
    run()
    run()
    best = float("inf")
    for _ in range(repetitions):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return 1e3 * best


def warn_about_blas():
    torch.mm(torch.ones(64, 64), torch.ones(64, 64))
    with open("/proc/self/maps") as maps:
        if "openblas" not in maps.read():
            print("torch multiplies without OpenBLAS: no fair comparison", file=sys.stderr)


def main():
    warn_about_blas()
    with torch.no_grad():
        for threads in [int(t) for t in sys.argv[1:]] or [1, 2]:
            torch.set_num_threads(threads)
            for experts in (8, 16, 32):
                layer = make_layer(experts)
                for tokens in (1, 16, 256, 1024):
                    x = torch.randn(tokens, HIDDEN, generator=torch.Generator().manual_seed(3))
                    best = best_milliseconds(lambda: run_layer(layer, x), 15 if tokens < 256 else 5)
                    print(f"torch,{threads},{experts},{tokens},{best:.4f}", flush=True)


main()
