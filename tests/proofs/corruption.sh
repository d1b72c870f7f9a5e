#!/usr/bin/env bash
# corruption.sh [CASES]: flipped bits, zeroed, doubled and swapped sectors and pages, truncations in every file of the data folder.
# Without CASES 200; by hand 10000. HSIEDGE_PROOF_SEED repeats a run's random choices.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=tests/HsiEdge.Proofs/bin/Release/net10.0/HsiEdge.Proofs
[ -x "$program" ] || dotnet build -c Release -v quiet --nologo tests/HsiEdge.Proofs
exec "$program" corruption "$@"
