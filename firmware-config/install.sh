#!/usr/bin/env bash
# Installs a published appliance on a Debian or Jetson board: program, models, plans, board profiles, unit, user and folders.
#   sudo firmware-config/install.sh PUBLISHED_FOLDER [--root DIR]
# PUBLISHED_FOLDER is what `dotnet publish src/HsiEdge.Appliance -c Release -r linux-arm64 --self-contained -o FOLDER` wrote.
# --root DIR installs below DIR (an image being built) and touches neither users nor the running systemd.
# An existing /etc/hsiedge/appsettings.json is never overwritten.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
usage() { sed -n '2,6p' "$0" | sed 's/^# \{0,1\}//'; exit 2; }

published=${1:-}; root=""
if [ -z "$published" ] || [ "$published" = "--help" ]; then usage; fi
shift
while [ $# -gt 0 ]; do
  case "$1" in
    --root) root=${2:?--root needs a folder}; shift 2 ;;
    *) echo "install.sh: unknown option $1" >&2; usage ;;
  esac
done
[ -x "$published/hsiedge" ] || { echo "install.sh: $published holds no program 'hsiedge'. Publish first: dotnet publish src/HsiEdge.Appliance -c Release -r linux-arm64 --self-contained -o $published" >&2; exit 3; }
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then echo "install.sh: run as root, or give --root DIR" >&2; exit 1; fi

install -d "$root/opt" "$root/etc/hsiedge" "$root/etc/systemd/system" "$root/usr/local/bin"
# The new program gets a folder of its own; /opt/hsiedge is a link that one rename turns over. A cut at any moment leaves the old or the new one whole.
release="releases/hsiedge-$(date -u +%Y%m%dT%H%M%SZ)-$$"
install -d "$root/opt/$release"
cp -a "$published/." "$root/opt/$release/"
install -d "$root/opt/$release/models" "$root/opt/$release/plans" "$root/opt/$release/boards" "$root/opt/$release/share"
cp -a "$here/models/." "$root/opt/$release/models/"
cp -a "$here/plans/." "$root/opt/$release/plans/"
cp -a "$here/boards/." "$root/opt/$release/boards/"
cp -a "$here/../README.md" "$here/../LICENSE" "$root/opt/$release/share/"
sync
if [ -d "$root/opt/hsiedge" ] && [ ! -L "$root/opt/hsiedge" ]; then
  echo "install.sh: $root/opt/hsiedge is a folder that this script did not make; move it away first" >&2; rm -rf "$root/opt/${release:?}"; exit 1
fi
previous=$(readlink "$root/opt/hsiedge" || true)
ln -s "$release" "$root/opt/hsiedge.next"
mv -T "$root/opt/hsiedge.next" "$root/opt/hsiedge"
# The release before stays for a way back; older ones go.
for old in "$root"/opt/releases/hsiedge-*; do
  case "releases/${old##*/}" in "$release"|"$previous") ;; *) rm -rf "$old" ;; esac
done
ln -sfn /opt/hsiedge/hsiedge "$root/usr/local/bin/hsiedge"
[ -e "$root/etc/hsiedge/appsettings.json" ] || install -m 0640 "$here/appsettings.json" "$root/etc/hsiedge/appsettings.json"
install -m 0644 "$here/../systemd/hsiedge.service" "$root/etc/systemd/system/hsiedge.service"

if [ -z "$root" ]; then
  id hsiedge >/dev/null 2>&1 || useradd --system --home-dir /var/lib/hsiedge --shell /usr/sbin/nologin hsiedge
  # The unit takes the board's lines, cameras and serial ports by these groups; a unit that names a group that is not there does not start.
  for group in gpio video dialout plugdev; do getent group "$group" >/dev/null || groupadd --system "$group"; done
  usermod -aG gpio,video,dialout,plugdev hsiedge
  chgrp hsiedge /etc/hsiedge/appsettings.json
  systemctl daemon-reload
  systemctl enable hsiedge.service
  echo "Installed. Edit /etc/hsiedge/appsettings.json, check it with 'hsiedge validate', then: systemctl restart hsiedge"
else
  echo "Installed below $root."
fi
