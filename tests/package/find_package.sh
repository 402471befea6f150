#!/usr/bin/env bash
# find_package.sh FOLDER CMAKE BUILD: another project is built against what is installed in FOLDER
# and gives the fit that the program gives.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
folder=$(realpath "$1") cmake=$2 build=$3

rm -rf "$build"
"$cmake" -S find_package -B "$build" -DCMAKE_PREFIX_PATH="$folder" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" >/dev/null
"$cmake" --build "$build" >/dev/null
law=$("$build/fit_runs")
echo "$law"
# As `moeplan fit` prints them for the same runs (README).
grep -q '^floor = 2.07478 ' <<<"$law"
grep -q '^alpha = 0.300361 ' <<<"$law"

# A part that does not exist is refused by its name.
mkdir -p "$build/wrong"
printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(wrong LANGUAGES CXX)' \
  'find_package(moeplan COMPONENTS fitting soothsaying)' 'if(moeplan_FOUND)' \
  'message(FATAL_ERROR "found what is not there")' 'endif()' >"$build/wrong/CMakeLists.txt"
said=$("$cmake" -S "$build/wrong" -B "$build/wrong/build" -DCMAKE_PREFIX_PATH="$folder" 2>&1)
grep -qF "there is no component 'soothsaying'" <<<"$said"
