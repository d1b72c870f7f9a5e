#!/usr/bin/env bash
# io-faults.sh [LIVES|all]: each operation on the disk fails once or until mended, in four ways; system calls of whole captures fail under strace.
# Without LIVES 200; by hand all. Needs strace. HSIEDGE_PROOF_SEED repeats a run's random choices.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=tests/HsiEdge.Proofs/bin/Release/net10.0/HsiEdge.Proofs
[ -x "$program" ] || dotnet build -c Release -v quiet --nologo tests/HsiEdge.Proofs
exec "$program" io-faults "$@"
