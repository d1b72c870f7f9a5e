#!/usr/bin/env bash
# broker.sh [FAULTS [OUTAGE_MESSAGES]]: a real Mosquitto killed, paused, partitioned, slow, wiped, refusing, and away with a long backlog; nothing is lost,
# nothing comes twice after dropping by id, results keep their order. Without arguments 40 faults and 3000 messages; by hand 1000 and 100000.
# It runs in a network namespace of its own, where it may drop packets. HSIEDGE_PROOF_SEED repeats a run's random choices.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=tests/HsiEdge.Proofs/bin/Release/net10.0/HsiEdge.Proofs
[ -x "$program" ] || dotnet build -c Release -v quiet --nologo tests/HsiEdge.Proofs
# shellcheck disable=SC2016 # expanded by the inner shell
exec unshare --map-root-user --net bash -c 'ip link set lo up && exec "$@"' broker "$program" broker "$@"
