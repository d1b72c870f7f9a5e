#!/usr/bin/env bash
# The whole box for a while at twice the demo's rate, with outages, readers and commands beside: memory, handles, times and losses.
#   tests/proofs/soak.sh [MINUTES]     5 without argument; 120 by hand
set -euo pipefail
cd "$(dirname "$0")/../.."
program=tests/HsiEdge.Proofs/bin/Release/net10.0/HsiEdge.Proofs
[ -x "$program" ] || dotnet build tests/HsiEdge.Proofs -c Release -v q
exec "$program" soak "$@"
