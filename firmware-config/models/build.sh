#!/usr/bin/env bash
# Builds the default bundle from nothing: digital patients, training, quantization, packing. The same bytes each time on the same kind
# of CPU; equal metrics elsewhere. Everything in it is synthetic.
#   firmware-config/models/build.sh [BUNDLE]    default: gastric-phantom.hsimodel beside this script
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bundle=${1:-$here/gastric-phantom.hsimodel}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$here/../.."
if [ -n "${HSIEDGE_MODEL:-}" ]; then  # a program that is built already
  model() { "$HSIEDGE_MODEL" "$@"; }
else
  dotnet build -c Release -v q -nologo src/HsiEdge.ModelBuilder
  model() { dotnet src/HsiEdge.ModelBuilder/bin/Release/net10.0/hsiedge-model.dll "$@"; }
fi

# The demo camera looks at the first patients of this seed; the model never saw them.
model phantom --out "$work/data" --patients 160 --first-patient 100 --seed 1 --size 64x48 --bands 1000:1600:96 --separation moderate
model train --data "$work/data" --out "$bundle" --name gastric-phantom --model-version 1.0.0 --seed 1

# The kind of CPU that these bytes belong to: architecture and the widths that vector code depends on.
{ uname -m; grep -m1 -E '^(flags|Features)' /proc/cpuinfo | tr ' ' '\n' | grep -xE 'avx2|fma|avx512f|avx512vl|asimd|sve' | sort; } > "${bundle%.hsimodel}.cpu"
