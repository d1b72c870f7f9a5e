#!/usr/bin/env bash
# Everything that comes into the box from outside, changed at random: read or refused as promised, nothing else.
#   tests/proofs/fuzz.sh [CASES] [TARGET ...]     20000 cases each without argument; 1000000 by hand
# HSIEDGE_PROOF_SEED repeats a run; HSIEDGE_FUZZ_ANSWERS=1 prints what the readers answered; defects are kept in artifacts/fuzz.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=tests/HsiEdge.Proofs/bin/Release/net10.0/HsiEdge.Proofs
[ -x "$program" ] || dotnet build tests/HsiEdge.Proofs -c Release -v q
exec "$program" fuzz "$@"
