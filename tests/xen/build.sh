#!/bin/bash
# build.sh - builds what the two nodes of the Xen test pool boot from, out of Debian 12 packages.
#
#   ./build.sh              build what is missing, or older than what it is made of
#   ./build.sh --force      build anew
#   ./build.sh --packages   print the packages that this host lacks
#
# Writes to $OVMTUI_XEN_BED (default: bed/ beside this file):
#   boot/xen, boot/vmlinux, boot/initrd.gz    hypervisor and dom0 kernel, loaded by QEMU (multiboot)
#   images/root.img                           root disk, shared by both nodes as a backing file
#   images/repository.img                     empty OCFS2 volume, the pool's shared repository
#   keys/                                     login keys and host keys
# The nodes' names, addresses and repository id are those of pool.py.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
bed=${OVMTUI_XEN_BED:-$here/bed}
suite=bookworm
xen=4.17
repository=0A1B2C3D4E5F60718293A4B5C6D7E8F9
dom0_packages=(
    bash bridge-utils busybox-static iproute2 iputils-ping kmod libpam-runtime ocfs2-tools
    openssh-server procps psmisc util-linux xen-utils-$xen
)
# OpenSSH's server, its libraries and its key exchange are too much for a guest of 80 MB.
guest_packages=(dropbear-bin)
host_packages=(
    busybox-static cpio debian-archive-keyring e2fsprogs kmod lz4 mmdebstrap openssh-client
    procps python3 qemu-system-x86 qemu-utils tmux xz-utils zstd
)

say() { printf '[%3ds] %s\n' "$SECONDS" "$*"; }

# Prints what of the host's packages is missing.
missing_packages() {
    local package
    for package in "${host_packages[@]}"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            echo "$package"
    done
}

# Prints a word that changes with everything in this directory that ends up in the bed.
sources() {
    (cd "$here" && find build.sh unpack_kernel.py dom0 guest machines -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

check_host() {
    local missing
    mapfile -t missing < <(missing_packages)
    if [ ${#missing[@]} -gt 0 ]; then
        echo "missing packages: apt-get install ${missing[*]}" >&2
        exit 2
    fi
    if [ "$(id -u)" != 0 ]; then
        echo "root is needed: the dom0 file system has root's files and devices" >&2
        exit 2
    fi
}

# Kernels and hypervisor are unpacked, never installed: their scripts would build boot loaders.
unpack_kernels() {
    say "kernels and hypervisor"
    rm -rf "$work/kernels"
    mmdebstrap --quiet --mode=root --variant=extract --aptopt='APT::Install-Recommends "false"' \
        --include="linux-image-amd64,linux-image-cloud-amd64,xen-hypervisor-$xen-amd64" \
        --include="$(IFS=,; echo "${guest_packages[*]}")" \
        "$suite" "$work/kernels"
    local release
    for release in "$work"/kernels/lib/modules/*; do
        depmod -b "$work/kernels" "${release##*/}"
    done
    dom0_release=$(cd "$work/kernels/lib/modules" && ls | grep -v cloud)
    guest_release=$(cd "$work/kernels/lib/modules" && ls | grep cloud)
    gunzip -c "$work/kernels/boot/xen-$xen-amd64.gz" >"$bed/boot/xen"
    python3 "$here/unpack_kernel.py" "$work/kernels/boot/vmlinuz-$dom0_release" "$bed/boot/vmlinux"
    python3 "$here/unpack_kernel.py" "$work/kernels/boot/vmlinuz-$guest_release" "$work/guest-kernel"
}

# copy_program ROOT PROGRAM copies a program of the unpacked packages and its libraries.
copy_program() {
    local root=$1 program=$2 file
    for file in "$program" $(chroot "$work/kernels" /lib64/ld-linux-x86-64.so.2 --list "$program" |
        grep -o '/[^ ]*'); do
        install -D -m 755 "$work/kernels/$file" "$root/$file"
    done
}

# copy_modules RELEASE ROOT MODULE... copies modules and all that they depend on.
copy_modules() {
    local release=$1 root=$2 module path
    shift 2
    for module in "$@"; do
        modprobe -d "$work/kernels" -S "$release" --show-depends "$module"
    done | sed -n 's,^insmod .*/\(lib/modules/[^ ]*\).*,\1,p' | sort -u | while read -r path; do
        install -D -m 644 "$work/kernels/$path" "$root/$path"
    done
    cp "$work/kernels/lib/modules/$release/"modules.{order,builtin,builtin.modinfo} \
        "$root/lib/modules/$release/"
    depmod -b "$root" "$release"
}

# pack_initramfs ROOT FILE
pack_initramfs() {
    (cd "$1" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -1n >"$2"
}

build_guest() {
    say "guest initramfs"
    local root=$work/guest
    rm -rf "$root"
    mkdir -p "$root"/{bin,sbin,proc,sys,dev,tmp,etc/dropbear}
    install -d -m 700 "$root/root" "$root/root/.ssh"
    install -m 755 /bin/busybox "$root/bin/busybox"
    copy_program "$root" /usr/sbin/dropbear
    chroot "$work/kernels" /usr/bin/dropbearkey -t ed25519 -f /host.key >/dev/null 2>&1
    install -m 600 "$work/kernels/host.key" "$root/etc/dropbear/dropbear_ed25519_host_key"
    install -m 600 "$bed/keys/internode.pub" "$root/root/.ssh/authorized_keys"
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    install -m 755 "$here/guest/init" "$root/init"
    install -m 755 "$here/guest/poweroff" "$root/sbin/poweroff"
    copy_modules "$guest_release" "$root" xen-blkfront xen-netfront
    pack_initramfs "$root" "$work/guest-initrd.gz"
}

build_dom0_initramfs() {
    say "dom0 initramfs"
    local root=$work/initramfs
    rm -rf "$root"
    mkdir -p "$root"/{bin,proc,sys,dev,root}
    install -m 755 /bin/busybox "$root/bin/busybox"
    install -m 755 "$here/dom0/initramfs" "$root/init"
    copy_modules "$dom0_release" "$root" virtio_pci virtio_blk ext4 crc32c_generic
    pack_initramfs "$root" "$bed/boot/initrd.gz"
}

make_keys() {
    local key
    for key in admin internode ovs1 ovs2; do
        [ -f "$bed/keys/$key" ] || ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$bed/keys/$key"
    done
}

install_dom0() {
    say "dom0 packages"
    local root=$work/dom0 node
    rm -rf "$root"
    mmdebstrap --quiet --mode=root --variant=minbase --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
        --include="$(IFS=,; echo "${dom0_packages[*]}")" \
        --customize-hook="$here/dom0/format-repository \"\$1\" '$work/repository.img'" \
        "$suite" "$root"
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/etc/ssh/ssh_host_*

    say "dom0 configuration"
    copy_modules "$dom0_release" "$root" virtio_pci virtio_blk virtio_net ext4 crc32c_generic \
        xen-evtchn xen-gntdev xen-gntalloc xenfs xen-privcmd xen-blkback xen-netback \
        bridge loop tun ocfs2 ocfs2_stack_o2cb ocfs2_dlmfs
    # Oracle VM's dom0 has bash as its /bin/sh.
    ln -sf bash "$root/bin/sh"
    ln -sf /bin/busybox "$root/sbin/init"
    install -m 644 "$here/dom0/inittab" "$root/etc/inittab"
    install -D -m 755 "$here/dom0/boot" "$root/etc/bed/boot"
    install -m 755 "$here/dom0/agent" "$root/etc/bed/agent"
    install -m 644 "$here/dom0/manager" "$root/etc/bed/manager"
    install -m 755 "$here/dom0/ovm" "$root/usr/bin/ovm"
    install -m 755 "$here/dom0/xm" "$root/usr/sbin/xm"
    install -D -m 644 "$here/dom0/cluster.conf" "$root/etc/ocfs2/cluster.conf"
    install -m 644 "$here/dom0/hosts" "$root/etc/hosts"
    install -m 644 "$here/dom0/sshd.conf" "$root/etc/ssh/sshd_config.d/bed.conf"
    printf 'autoballoon="off"\nvif.default.bridge="xenbr0"\n' >>"$root/etc/xen/xl.conf"
    mkdir -p "$root/var/ovs/mount/$repository"
    ln -s "/var/ovs/mount/$repository" "$root/OVS"
    echo "$repository" >"$root/etc/bed/repository"

    install -d -m 700 "$root/root/.ssh"
    cat "$bed"/keys/{admin,internode}.pub >"$root/root/.ssh/authorized_keys"
    install -m 600 "$bed/keys/internode" "$root/root/.ssh/id_ed25519"
    install -m 600 "$here/dom0/ssh.conf" "$root/root/.ssh/config"
    for node in ovs1 ovs2; do
        install -m 600 "$bed/keys/$node" "$root/etc/bed/$node.key"
        echo "$node $(cut -d' ' -f1,2 "$bed/keys/$node.pub")"
    done >"$root/root/.ssh/known_hosts"

    # The first node that comes up puts these on the shared repository.
    local machine
    install -D -m 644 "$work/guest-kernel" "$root/boot/guest/vmlinux"
    install -m 644 "$work/guest-initrd.gz" "$root/boot/guest/initrd.gz"
    for machine in "$here"/machines/*/; do
        machine=$(basename "$machine")
        mkdir -p "$root/etc/bed/running_pool/$machine"
        sed "s/@REPOSITORY@/$repository/" "$here/machines/$machine/vm.cfg" \
            >"$root/etc/bed/running_pool/$machine/vm.cfg"
    done
}

make_images() {
    say "images"
    truncate -s 1200M "$work/root.img"
    mke2fs -q -F -t ext4 -O ^metadata_csum,^has_journal -d "$work/dom0" "$work/root.img"
    mv "$work/repository.img" "$bed/images/repository.img"
    sources >"$bed/images/sources"
    # Last, because its presence says that the bed is whole.
    mv "$work/root.img" "$bed/images/root.img"
}

work=$bed/work
if [ "${1:-}" = --packages ]; then
    missing_packages
    exit 0
fi
if [ "${1:-}" = --force ]; then
    rm -rf "$bed"/{boot,images,work}
fi
if [ -s "$bed/images/root.img" ] && [ "$(cat "$bed/images/sources" 2>&1)" = "$(sources)" ]; then
    say "built already"
    exit 0
fi
check_host
umask 022
rm -rf "$bed"/{boot,images,work}
mkdir -p "$work" "$bed"/{boot,images}
install -d -m 700 "$bed/keys"
make_keys
unpack_kernels
build_guest
build_dom0_initramfs
install_dom0
make_images
rm -rf "$work"
say "built: Xen $xen, dom0 $dom0_release, guests $guest_release"
