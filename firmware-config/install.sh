#!/usr/bin/env bash
# Installs a published appliance on a Debian or Jetson board: program, models, plans, board profiles, unit, udev rules, receive buffers, user and folders.
#   sudo firmware-config/install.sh PUBLISHED_FOLDER [--root DIR] [--camera-interface NAME [--camera-address ADDRESS/BITS]]
# PUBLISHED_FOLDER is what `dotnet publish src/HsiEdge.Appliance -c Release -r linux-arm64 --self-contained -o FOLDER` wrote.
# --root DIR installs below DIR (an image being built) and touches neither users nor the running systemd.
# --camera-interface NAME gives that network interface to a GigE Vision camera: jumbo frames, link-local address or the given one.
# An existing /etc/hsiedge/appsettings.json is never overwritten.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
usage() { sed -n '2,7p' "$0" | sed 's/^# \{0,1\}//'; exit 2; }

published=${1:-}; root=""; camera_interface=""; camera_address=""
if [ -z "$published" ] || [ "$published" = "--help" ]; then usage; fi
shift
while [ $# -gt 0 ]; do
  case "$1" in
    --root) root=${2:?--root needs a folder}; shift 2 ;;
    --camera-interface) camera_interface=${2:?--camera-interface needs the name of a network interface}; shift 2 ;;
    --camera-address) camera_address=${2:?--camera-address needs an address such as 192.168.10.1/24}; shift 2 ;;
    *) echo "install.sh: unknown option $1" >&2; usage ;;
  esac
done
[ -x "$published/hsiedge" ] || { echo "install.sh: $published holds no program 'hsiedge'. Publish first: dotnet publish src/HsiEdge.Appliance -c Release -r linux-arm64 --self-contained -o $published" >&2; exit 3; }
# Both are written into configuration files by sed: nothing but what names and addresses are made of.
case "$camera_interface" in *[!A-Za-z0-9_.:-]*) echo "install.sh: --camera-interface is '$camera_interface'; the name of a network interface is expected, as 'ip link' shows it" >&2; exit 2 ;; esac
if [ -n "$camera_address" ]; then
  [ -n "$camera_interface" ] || { echo "install.sh: --camera-address belongs to --camera-interface" >&2; exit 2; }
  echo "$camera_address" | grep -qxE '([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}' || { echo "install.sh: --camera-address is '$camera_address'; an address with its network's bits is expected, such as 192.168.10.1/24" >&2; exit 2; }
fi
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then echo "install.sh: run as root, or give --root DIR" >&2; exit 1; fi

install -d "$root/opt" "$root/etc/hsiedge" "$root/etc/systemd/system" "$root/usr/local/bin"
# The new program gets a folder of its own; /opt/hsiedge is a link that one rename turns over. A cut at any moment leaves the old or the new one whole.
release="releases/hsiedge-$(date -u +%Y%m%dT%H%M%SZ)-$$"
install -d "$root/opt/$release"
cp -a "$published/." "$root/opt/$release/"
for folder in models plans boards cameras overlays; do
  [ -d "$here/$folder" ] || continue
  install -d "$root/opt/$release/$folder"
  cp -a "$here/$folder/." "$root/opt/$release/$folder/"
done
install -d "$root/opt/$release/share"
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
  # Before the udev rules: udev reads a new file as soon as any device stirs, and forgets a rule's group for good when it does not know it yet.
  id hsiedge >/dev/null 2>&1 || useradd --system --home-dir /var/lib/hsiedge --shell /usr/sbin/nologin hsiedge
  # The unit takes the board's lines, cameras and serial ports by these groups; a unit that names a group that is not there does not start.
  for group in gpio video dialout plugdev; do getent group "$group" >/dev/null || groupadd --system "$group"; done
  usermod -aG gpio,video,dialout,plugdev hsiedge
fi
install -D -m 0644 "$here/udev/70-hsiedge.rules" "$root/etc/udev/rules.d/70-hsiedge.rules"
install -D -m 0644 "$here/network/70-hsiedge-camera.conf" "$root/etc/sysctl.d/70-hsiedge-camera.conf"
if [ -n "$camera_interface" ]; then
  if [ -n "$camera_address" ]; then address="LinkLocalAddressing=no\nAddress=$camera_address"; else address="LinkLocalAddressing=ipv4"; fi
  for file in "network/70-hsiedge-camera.network systemd/network" "network/70-hsiedge-camera-unmanaged.conf NetworkManager/conf.d"; do
    install -d "$root/etc/${file#* }"
    sed -e "s|@INTERFACE@|$camera_interface|" -e "s|@ADDRESS@|$address|" "$here/${file% *}" > "$root/etc/${file#* }/$(basename "${file% *}")"
    chmod 0644 "$root/etc/${file#* }/$(basename "${file% *}")"
  done
fi

if [ -z "$root" ]; then
  chgrp hsiedge /etc/hsiedge/appsettings.json
  if command -v udevadm >/dev/null; then udevadm control --reload && udevadm trigger --subsystem-match=gpio --subsystem-match=usb --subsystem-match=video4linux --settle; fi
  if command -v sysctl >/dev/null; then sysctl --quiet --load /etc/sysctl.d/70-hsiedge-camera.conf; fi
  systemctl daemon-reload
  systemctl enable hsiedge.service
  if [ -n "$camera_interface" ]; then
    # Where other software sets up the network, systemd-networkd is for the camera alone: nothing may wait for it at start.
    systemctl is-enabled --quiet systemd-networkd.service || { systemctl enable systemd-networkd.service; systemctl disable systemd-networkd-wait-online.service; }
    if systemctl is-active --quiet NetworkManager.service; then systemctl reload NetworkManager.service; fi
    systemctl start systemd-networkd.service
    networkctl reload
  fi
  echo "Installed. Edit /etc/hsiedge/appsettings.json, check it with 'hsiedge validate', then: systemctl restart hsiedge"
else
  echo "Installed below $root."
fi
