#!/usr/bin/env bash
# The closed loop on an emulated ARM64 board: footswitch → plan → trigger pulses → GigE Vision frames → lesion → message on a broker.
#   tests/board/run.sh CACHE_FOLDER [CAPTURES]
# CACHE_FOLDER keeps what is costly to make (image, published programs) and the logs of the last run; the first run takes some minutes
# and 2 GB there. CAPTURES (default 4, at least 2) are half of a view with a lesion, half without. Ends with one line of figures; exit 0 only
# when every pulse was seen and paired and every lesion was found. Needs root, Debian 12 and the .NET 10 SDK; missing Debian packages are installed.
# What it does and what it measured: docs/board.md.
set -euo pipefail
if [ $# -lt 1 ] || [ $# -gt 2 ] || [ "$1" = "--help" ]; then sed -n '2,7p' "$0" | sed 's/^# \{0,1\}//'; exit 2; fi
here=$(cd "$(dirname "$0")" && pwd)
captures=${2:-4}
case "$captures" in ''|*[!0-9]*) echo "run.sh: CAPTURES is '$captures', a number from 2 up is expected" >&2; exit 2 ;; esac
[ "$captures" -ge 2 ] || { echo "run.sh: CAPTURES is $captures, at least 2 are needed: one view with a lesion, one without" >&2; exit 2; }
[ "$(id -u)" -eq 0 ] || { echo "run.sh: run as root: it makes a network namespace and a disk image" >&2; exit 1; }
mkdir -p "$1"
cache=$(cd "$1" && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 ORT_DISABLE_TELEMETRY=1

packages=(qemu-system-arm qemu-user-static binfmt-support mmdebstrap e2fsprogs cpio kmod iproute2 openssh-client python3 mosquitto mosquitto-clients libaravis-0.8-0)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "board: installing Debian packages: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
# Packages are unpacked for another architecture: the kernel must hand ARM64 programs to QEMU.
if [ ! -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ]; then
  mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  update-binfmts --enable qemu-aarch64
fi

"$here/build-image.sh" "$cache"

# The appliance exactly as it is installed on a cart, and the scene server that plays the camera on this side of the wire.
source_root=$(cd "$here/../.." && pwd)
share=$cache/share
mkdir -p "$share/systemd"
dotnet publish "$source_root/src/HsiEdge.Appliance" -c Release -r linux-arm64 --self-contained -v q -o "$share/published"
dotnet publish "$source_root/src/HsiEdge.Demo" -c Release -v q -o "$cache/scene"
rm -rf "$share/firmware-config" "$share/systemd" "$share/board"
cp -a "$source_root/firmware-config" "$source_root/systemd" "$source_root/README.md" "$source_root/LICENSE" "$share/"
cp -a "$here" "$share/board"

# A network and a process space of their own: the wire to the board ends with the bench, and no process outlives it. Ahead of the machine's other
# work: edges and packets that come late to the emulated board are faults to it.
logs=$cache/logs
rm -rf "$logs"; mkdir "$logs"
# shellcheck disable=SC2016  # the inner shell expands them
exec unshare --net --pid --fork --kill-child --mount-proc bash -euc '
  ip link set lo up
  ip tuntap add dev tap0 mode tap
  ip address add 10.99.0.1/24 dev tap0
  ip link set tap0 mtu 9000 up
  exec timeout --kill-after=10 "$4" nice -n -15 python3 -B "$0/bench.py" "$1" "$2" "$3"' "$here" "$cache" "$logs" "$captures" "$((300 + 60 * captures))"
