#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The package sehub-dkms in the root of another system, as a program of this
# machine: DKMS builds and installs the module for each kernel that is there,
# also a newer version, and leaves nothing behind. Run by scripts/guest:
# PACKAGES has the packages of two versions.
#
#   $GUEST_ROOT   made of $GUEST_LAYERS; stays with the first version installed
#   $TMP/root     a layer more, where it is upgraded, removed and purged

TESTS="
	package_installs
	other_kernels_are_refused
	built_and_installed_for_each_kernel
	module_belongs_to_its_kernel
	module_is_signed_by_the_key_of_DKMS
	module_is_loaded_at_the_start
	package_upgrades
	package_removes
	package_purges
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
: "${GUEST_ROOT:?}" "${GUEST_LAYERS:?}" "${GUEST_SCRATCH:?}" "${PACKAGES:?}"

ROOT=$GUEST_ROOT
VERSION=$(sh "$TOP/scripts/version.sh")
mapfile -t KERNELS < <(cd "$ROOT/lib/modules" && printf '%s\n' */build |
	cut -d/ -f1 | sort -V)

teardown() {
	umount "$TMP/root"
}

in_root() {
	"$TOP/scripts/in-root" "$ROOT" "$@" </dev/null
}

# dpkg_install N: version 1 or 2
dpkg_install() {
	cp "$PACKAGES/$1"/sehub-dkms_*.deb "$ROOT/root/sehub-dkms.deb" &&
		in_root dpkg -i /root/sehub-dkms.deb
}

# of KERNEL FIELD: of the module that modprobe would load
of() {
	in_root modinfo -k "$1" -F "$2" sehub
}

# has_traces: of the module, where packages and DKMS put it
has_traces() {
	local found

	found=$(cd "$ROOT" && find lib/modules/ usr/src var/lib/dkms \
		usr/lib/modules-load.d -name '*sehub*')
	echo "$found"
	[ -n "$found" ]
}

# shellcheck disable=SC2016 # dpkg-query's own variable
test_package_installs() {
	! has_traces && dpkg_install 1 &&
		in_root dpkg-query -W -f '${db:Status-Status}' sehub-dkms |
		grep -x installed
}

# The headers are of a kernel that would do; its name would not.
test_other_kernels_are_refused() {
	local name source

	source=/lib/modules/${KERNELS[0]}/build
	for name in 5.10.0-1-amd64 6.0.12 4.19.0; do
		in_root dkms build -m sehub -v "$VERSION" -k "$name" \
			--kernelsourcedir "$source"
		[ $? = 77 ] || return 1
	done
}

test_built_and_installed_for_each_kernel() {
	local kernel

	[ ${#KERNELS[@]} -ge 1 ] || return 1
	for kernel in "${KERNELS[@]}"; do
		# the package has done so for the kernel that runs, if it is
		# one of them, or else for all
		in_root dkms build -m sehub -v "$VERSION" -k "$kernel" &&
			in_root dkms install -m sehub -v "$VERSION" \
				-k "$kernel" &&
			in_root dkms status -m sehub -v "$VERSION" \
				-k "$kernel" | grep ": installed$" || return 1
	done
}

test_module_belongs_to_its_kernel() {
	local kernel

	for kernel in "${KERNELS[@]}"; do
		[ "$(of "$kernel" version)" = "$VERSION" ] &&
			[[ $(of "$kernel" vermagic) = "$kernel "* ]] &&
			[[ $(of "$kernel" filename) = */updates/dkms/sehub.ko* ]] ||
			return 1
	done
}

# What mokutil --import takes is the certificate of who has signed.
test_module_is_signed_by_the_key_of_DKMS() {
	local kernel subject

	subject=$(openssl x509 -inform DER -noout -subject -nameopt multiline \
		-in "$ROOT/var/lib/dkms/mok.pub" |
		sed -n 's/^ *commonName *= //p')
	[ -n "$subject" ] || return 1
	for kernel in "${KERNELS[@]}"; do
		[ "$(of "$kernel" signer)" = "$subject" ] || return 1
	done
}

test_module_is_loaded_at_the_start() {
	local kernel

	grep -x sehub "$ROOT/usr/lib/modules-load.d/sehub.conf" || return 1
	for kernel in "${KERNELS[@]}"; do
		in_root modprobe -S "$kernel" -n -v sehub |
			grep "/$kernel/updates/dkms/sehub.ko" || return 1
	done
}

# Of kernels without headers, the module goes.
test_package_upgrades() {
	local newest=${KERNELS[-1]} next kernel

	next=$(dpkg-deb -f "$PACKAGES"/2/sehub-dkms_*.deb Version)
	mkdir -p "$TMP/root" "$GUEST_SCRATCH/2/upper" "$GUEST_SCRATCH/2/work" &&
		mount -t overlay overlay "$TMP/root" -o "lowerdir=$GUEST_LAYERS" \
			-o "upperdir=$GUEST_SCRATCH/2/upper" \
			-o "workdir=$GUEST_SCRATCH/2/work" || return 1
	ROOT=$TMP/root
	for kernel in "${KERNELS[@]::${#KERNELS[@]}-1}"; do
		rm "$ROOT/lib/modules/$kernel/build"
	done
	dpkg_install 2 && [ "$(of "$newest" version)" = "$next" ] &&
		in_root dkms status sehub | grep "/$next, $newest, .*: installed$" &&
		! in_root dkms status sehub | grep "/$VERSION," &&
		[ ! -e "$ROOT/usr/src/sehub-$VERSION" ]
}

test_package_removes() {
	[ "$ROOT" != "$GUEST_ROOT" ] && in_root dpkg -r sehub-dkms &&
		! has_traces
}

test_package_purges() {
	[ "$ROOT" != "$GUEST_ROOT" ] && in_root dpkg -P sehub-dkms &&
		! has_traces && ! in_root dpkg-query -W sehub-dkms
}

run_tests
