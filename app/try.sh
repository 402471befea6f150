#!/usr/bin/env bash
# From real training runs to a plan: installs what is missing, builds moeplan and walks the whole
# way once. Results are printed; the fitted laws stay in build/try.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support/packages.sh

cmake --preset release
cmake --build --preset release
moeplan() { build/release/app/moeplan "$@"; }
results=build/try
mkdir -p "$results"

# Evaluations of the Clark et al. runs (dense and S-Base routed) on the way. The window is fixed
# beforehand: the first third of each schedule without its first 4 %, where the learning rate is
# still high. Finished runs all have the same D, which says nothing about D.
curves=data/tables/runs/clark_routed/curves_long.csv.gz
window=0.04..0.3333333

# ShareGPT-like chat traffic: mean prompt 161 and mean answer 338 tokens, as published with vLLM.
serving=(--hardware a100-40gb --max-devices 8 --prompt-tokens 161 --output-tokens 338)
choices=(--mode min-cost --experts "1,4,8,16,32" --base-experts 4)

echo
echo "== 1. Which law do these runs follow?"
moeplan compare "$curves" --filter canonical=1 --filter router=S-Base,Dense --curve "$window" \
  --laws yun2024,clark2022,ludziejewski2025,abnar2025

echo
echo "== 2. Fit the expert-aware law of Yun et al. and the joint law to 58 runs"
for law in yun2024 ludziejewski2025; do
  moeplan fit "$curves" --filter canonical=1 --filter router=S-Base,Dense --curve "$window" \
    --law "$law" --bootstrap 400 --save "$results/$law.json"
done

echo
echo "== 3. Plans at 1e20 FLOP, inside what the runs can say: the same question to both laws"
for law in yun2024 ludziejewski2025; do
  echo
  moeplan plan --law-file "$results/$law.json" --budget-flop 1e20 "${choices[@]}" "${serving[@]}"
done

echo
echo "== 4. A plan at 5e21 FLOP with the published joint law"
moeplan plan --preset ludziejewski2025 --budget-flop 5e21 "${choices[@]}" "${serving[@]}"

echo
echo "== 5. The least loss for 1000 dollars of training and serving 10 billion tokens, on the law of"
echo "      the runs and the cost model of measured kernels; the model as a file"
moeplan plan --mode lifetime --law-file "$results/ludziejewski2025.json" --budget-usd 1000 \
  --lifetime-tokens 1e10 --experts "1,4,8,16,32" --top-k 1 "${serving[@]}" \
  --save-model "$results/model.toml"

echo
echo "== 6. What serving that model costs, and where the time goes"
moeplan cost --model "$results/model.toml" --hardware a100-40gb --prompt-tokens 161 \
  --output-tokens 338
