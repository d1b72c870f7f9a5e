#!/usr/bin/env bash
# power-cut.sh [IMAGES]: folders as a power cut may leave them, made from all that the store did to its disk; the real store opens each.
# Without IMAGES 200; by hand 5000. HSIEDGE_PROOF_SEED repeats a run's random choices. Needs strace.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=tests/HsiEdge.Proofs/bin/Release/net10.0/HsiEdge.Proofs
[ -x "$program" ] || dotnet build -c Release -v quiet --nologo tests/HsiEdge.Proofs
exec "$program" power-cut "$@"
