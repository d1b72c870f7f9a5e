#!/usr/bin/env bash
# clock.sh [ROUNDS]: a real process whose wall clock steps by an hour and by ten years, drifts and changes its zone while it records and publishes to a
# real Mosquitto; the link stays, messages stay fresh, results keep their order over restarts. Without ROUNDS 1 (about a minute); by hand 20.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=tests/HsiEdge.Proofs/bin/Release/net10.0/HsiEdge.Proofs
[ -x "$program" ] || dotnet build -c Release -v quiet --nologo tests/HsiEdge.Proofs
exec "$program" clock "$@"
