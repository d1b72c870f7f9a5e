#!/usr/bin/env bash
# Builds the emulated board's disk, kernel and initial RAM disk from Debian packages alone.
#   tests/board/build-image.sh CACHE_FOLDER
# Each step leaves its product in the folder and is skipped while that product and what it was made from are unchanged.
# The packages come from where this machine's own apt takes its Debian packages; the kernel is the newest that Debian offers there.
set -euo pipefail
cache=${1:?build-image.sh CACHE_FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
suite=bookworm
# What the appliance needs on a board (see Dockerfile.arm64), libaravis and libgpiod for camera and lines, and what makes a machine of it.
packages=(systemd systemd-sysv udev dbus kmod iproute2 openssh-server busybox-static procps
  libssl3 libstdc++6 ca-certificates libaravis-0.8-0 libgpiod2 gpiod)
packages_list=$(IFS=,; echo "${packages[*]}")

mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
recipe=$({ cat "$0"; cat "$here"/guest/*; } | sha256sum | cut -d' ' -f1)
if [ "$(cat "$cache/image.recipe" 2>/dev/null)" = "$recipe" ] && [ -s "$cache/disk.img" ] && [ -s "$cache/vmlinuz" ] && [ -s "$cache/initrd.gz" ]; then
  exit 0
fi

work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# 1. Root file system, with the kernel's package beside it: only what the packages above bring.
stamp=$(printf '%s\n' "$suite" "$packages_list" | sha256sum | cut -d' ' -f1)
rootfs=$cache/rootfs-$stamp.tar
if [ ! -s "$rootfs" ]; then
  echo "board: building the root file system from Debian packages (some minutes, once)"
  apt-get indextargets --format "deb \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages' 'Origin: Debian' \
    | grep -E " $suite(-updates|-security)? " | sort -u > "$work/sources.list" || true
  [ -s "$work/sources.list" ] || { echo "board: this machine's apt knows no Debian $suite; the board is made from it: add it to apt's sources" >&2; exit 1; }
  apt-config dump | grep -E '^Acquire::(Check-|Retries|https?::Proxy|http::Timeout)' > "$work/apt.conf" || true
  printf '%s\n' 'Acquire::Languages "none";' >> "$work/apt.conf"
  # shellcheck disable=SC2016  # the hook's own shell expands them
  mmdebstrap --quiet --mode=root --arch=arm64 --variant=minbase --aptopt="$work/apt.conf" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --include="$packages_list" \
    --customize-hook='kernel=$(APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-cache depends linux-image-arm64 | sed -n "s/.*Depends: \(linux-image-[0-9][^ ]*\).*/\1/p" | head -1);
      cd "$1/boot" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq -o APT::Sandbox::User=root download "$kernel"' \
    "$suite" "$work/rootfs.tar" "$work/sources.list"
  mv "$work/rootfs.tar" "$rootfs"
fi

# 2. The disk: that file system, the kernel's modules without those of hardware that no emulated board has, and its settings.
root=$work/root
mkdir "$root"
tar -C "$root" -xf "$rootfs"
deb=$(find "$root/boot" -name 'linux-image-*.deb' | head -1)
dpkg-deb -x "$deb" "$work/kernel"
rm "$deb"
version=$(basename "$work"/kernel/lib/modules/*)
modules=$work/kernel/lib/modules/$version/kernel
rm -rf "$modules"/{sound,drivers/{gpu,infiniband,staging,scsi,iio,ata,hwmon,mmc,mtd,nvme,edac,crypto},drivers/net/{ethernet,wireless,can,usb,phy,dsa}}
mkdir -p "$root/lib/modules"
cp -a "$work/kernel/lib/modules/$version" "$root/lib/modules/"
depmod -b "$root" "$version"

echo hsiedge-board > "$root/etc/hostname"
echo '/dev/vda / ext4 defaults,noatime 0 1' > "$root/etc/fstab"
install -D -m 0644 "$here/guest/board.network" "$root/etc/systemd/network/10-board.network"
install -D -m 0644 "$here/guest/sshd.conf" "$root/etc/ssh/sshd_config.d/board.conf"
ln -sf /lib/systemd/system/systemd-networkd.service "$root/etc/systemd/system/multi-user.target.wants/systemd-networkd.service"
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer; do ln -sf /dev/null "$root/etc/systemd/system/$unit"; done
rm -f "$root/usr/sbin/policy-rc.d" "$root"/etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -C board -f "$root/etc/ssh/ssh_host_ed25519_key"
[ -f "$cache/key" ] || ssh-keygen -q -t ed25519 -N '' -C board-test -f "$cache/key"
install -d -m 0700 "$root/root/.ssh"
install -m 0600 "$cache/key.pub" "$root/root/.ssh/authorized_keys"
printf 'board %s\n' "$(cut -d' ' -f1,2 "$root/etc/ssh/ssh_host_ed25519_key.pub")" > "$cache/known_hosts"

# 3. The initial RAM disk: BusyBox and the modules that it takes to mount the disk; Debian's kernel has them as modules.
ram=$work/initrd
mkdir -p "$ram"/{bin,proc,sys,dev,mnt,modules}
cp "$root/bin/busybox" "$ram/bin/busybox"
for module in virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk crc16 crc32c_generic libcrc32c mbcache jbd2 ext4; do
  file=$(find "$work/kernel/lib/modules" -name "$module.ko" | head -1)
  [ -n "$file" ] || continue  # built into this kernel
  cp "$file" "$ram/modules/"
  echo "$module" >> "$ram/modules/order"
done
install -m 0755 "$here/guest/init" "$ram/init"
(cd "$ram" && find . | cpio -o -H newc --quiet | gzip -1) > "$work/initrd.gz"

cp "$work/kernel/boot/vmlinuz-$version" "$work/vmlinuz"
truncate -s 12G "$work/disk.img"
mke2fs -q -F -t ext4 -d "$root" "$work/disk.img"
mv "$work/vmlinuz" "$work/initrd.gz" "$work/disk.img" "$cache/"
echo "$version" > "$cache/kernel.version"
echo "$recipe" > "$cache/image.recipe"
echo "board: image with Debian's kernel $version is in $cache"
