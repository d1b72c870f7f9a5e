#!/usr/bin/env bash
# kill.sh [RUNS]: SIGKILL at random points under load; every acknowledged write is there afterwards, every acknowledged message arrives.
# Without RUNS 200 (about a minute); by hand 10000. HSIEDGE_PROOF_SEED repeats a run's random choices.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=tests/HsiEdge.Proofs/bin/Release/net10.0/HsiEdge.Proofs
[ -x "$program" ] || dotnet build -c Release -v quiet --nologo tests/HsiEdge.Proofs
exec "$program" kill "$@"
