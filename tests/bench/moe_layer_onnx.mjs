// The layer of kernel_bench's comparison in ONNX Runtime: router as MatMul, the rest as its operator
// com.microsoft::MoE with SwiGLU, one CSV row a case, times in milliseconds.
//
//     node moe_layer_onnx.mjs [THREADS...]    engine,threads,experts,tokens,milliseconds
//
// hidden 1024, FFN 2048, top-2 of E experts with normalised weights, f32. Weights are initializers,
// so that the runtime may pack them. Needs npm's onnxruntime-node. Warm, the best of several runs.
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { mkdtempSync, openSync, writeSync, closeSync, rmSync } from 'node:fs';
import path from 'node:path';

const ort = createRequire(path.join(process.cwd(), 'package.json'))('onnxruntime-node');
const HIDDEN = 1024, FFN = 2048;

// As much of protobuf's encoding as an ONNX model needs: a message is a list of buffers.
function varint(value) {
  const bytes = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 128n) { bytes.push(Number(rest)); return Buffer.from(bytes); }
    bytes.push(Number(rest & 127n) | 128);
  }
}
const sizeOf = parts => parts.reduce((sum, part) => sum + part.length, 0);
const number = (field, value) => [varint(field * 8), varint(value)];
const float = (field, value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return [varint(field * 8 + 5), bytes];
};
const message = (field, parts) => [varint(field * 8 + 2), varint(sizeOf(parts)), ...parts];
const text = (field, value) => message(field, [Buffer.from(value)]);

const tensor = (name, dims, values) => message(5, [
  ...dims.flatMap(dim => number(1, dim)), ...number(2, 1), ...text(8, name),
  ...message(9, [Buffer.from(values.buffer, values.byteOffset, values.byteLength)])]);
const value = (field, name) => message(field, [
  ...text(1, name),
  ...message(2, message(1, [...number(1, 1), ...message(2, [
    ...message(1, text(2, 'tokens')), ...message(1, number(1, HIDDEN))])]))]);
const attributes = {
  integer: (name, i) => message(5, [...text(1, name), ...number(3, i), ...number(20, 2)]),
  real: (name, f) => message(5, [...text(1, name), ...float(2, f), ...number(20, 1)]),
  string: (name, s) => message(5, [...text(1, name), ...text(4, s), ...number(20, 3)]),
};
const node = (type, domain, inputs, output, settings) => message(1, [
  ...inputs.flatMap(input => text(1, input)), ...text(2, output), ...text(4, type),
  ...settings.flat(), ...text(7, domain)]);

function matrix(count, seed) {
  const values = new Float32Array(count);
  let state = seed;
  for (let i = 0; i < count; ++i) {  // uniform with standard deviation 0.03
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state / 4294967296 - 0.5) * 0.1;
  }
  return values;
}

// Times do not depend on the values: every expert is a copy of one, in a place of its own.
function experts(count, one) {
  const all = new Float32Array(count * one.length);
  for (let e = 0; e < count; ++e) all.set(one, e * one.length);
  return all;
}

function writeModel(file, count) {
  const moe = node('MoE', 'com.microsoft', ['x', 'logits', 'up', '', 'down'], 'y', [
    attributes.integer('k', 2), attributes.string('activation_type', 'swiglu'),
    attributes.integer('normalize_routing_weights', 1), attributes.integer('swiglu_fusion', 1),
    attributes.real('activation_alpha', 1), attributes.real('activation_beta', 0)]);
  const graph = [
    ...node('MatMul', '', ['x', 'router'], 'logits', []), ...moe, ...text(2, 'layer'),
    ...tensor('router', [HIDDEN, count], matrix(HIDDEN * count, 5)),
    ...tensor('up', [count, 2 * FFN, HIDDEN], experts(count, matrix(2 * FFN * HIDDEN, 1))),
    ...tensor('down', [count, HIDDEN, FFN], experts(count, matrix(HIDDEN * FFN, 2))),
    ...value(11, 'x'), ...value(12, 'y')];
  const model = [...number(1, 8), ...message(7, graph),
                 ...message(8, [...text(1, ''), ...number(2, 17)]),
                 ...message(8, [...text(1, 'com.microsoft'), ...number(2, 1)])];
  const out = openSync(file, 'w');
  for (const part of model) {
    for (let at = 0; at < part.length;) at += writeSync(out, part, at);
  }
  closeSync(out);
}

async function bestMilliseconds(session, tokens) {
  const feeds = { x: new ort.Tensor('float32', matrix(tokens * HIDDEN, 3).map(v => v * 30),
                                    [tokens, HIDDEN]) };
  for (let i = 0; i < 2; ++i) await session.run(feeds);
  let best = Infinity;
  for (let i = 0; i < (tokens < 256 ? 15 : 5); ++i) {
    const start = process.hrtime.bigint();
    await session.run(feeds);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  return best;
}

const folder = mkdtempSync(path.join(tmpdir(), 'moe-layer-'));
try {
  for (const count of [8, 16, 32]) {
    const file = path.join(folder, `layer_${count}.onnx`);
    writeModel(file, count);
    for (const threads of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 2]) {
      const session = await ort.InferenceSession.create(
          file, { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential' });
      for (const tokens of [1, 16, 256, 1024]) {
        const best = await bestMilliseconds(session, tokens);
        console.log(`onnxruntime,${threads},${count},${tokens},${best.toFixed(4)}`);
      }
      await session.release();
    }
    rmSync(file);
  }
} finally {
  rmSync(folder, { recursive: true });
}
