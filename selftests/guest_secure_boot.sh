#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The recipe "Signed modules and Secure Boot" of sehub(7), from the first refusal
# to a hub, in the machine of scripts/guest with firmware that has Secure Boot on:
# the machine is started three times, and between the first and the second one
# somebody answers the questions of the firmware.
#
#   $GUEST_MACHINE   a program, the machine but for what it boots
#   $GUEST_DISK      what it boots; the kernel is $GUEST_KERNEL
#   $GUEST_FIRMWARE  OVMF's files
#   $GUEST_SHARE     /share in the machine; it runs "init" there

TESTS="
	firmware_checks_signatures
	module_is_refused
	key_is_handed_in
	firmware_enrols_the_key
	module_is_loaded
	module_built_by_hand
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
: "${GUEST_MACHINE:?}" "${GUEST_DISK:?}" "${GUEST_FIRMWARE:?}" \
	"${GUEST_SHARE:?}" "${GUEST_KERNEL:?}"
command -v expect >/dev/null || skip_all "no expect"

KEY=/var/lib/dkms/mok

# What the firmware remembers.
cp "$GUEST_FIRMWARE/OVMF_VARS_4M.ms.fd" "$TMP/variables" || exit 1

# in_firmware EXPECT: the machine, as expect(1) sees its serial port and talks to
# it, from its start until it ends
in_firmware() {
	cat >"$TMP/dialogue" <<-EOT
	set timeout 600
	log_user 0
	log_file -noappend $GUEST_SHARE/console.log
	spawn $GUEST_MACHINE -serial stdio -machine q35,smm=on \
		-global driver=cfi.pflash01,property=secure,value=on \
		-drive if=pflash,unit=0,format=raw,readonly=on,file=$GUEST_FIRMWARE/OVMF_CODE_4M.ms.fd \
		-drive if=pflash,unit=1,format=raw,file=$TMP/variables \
		-drive if=virtio,format=raw,readonly=on,file=$GUEST_DISK
	expect_after {
		timeout { puts "no answer, see console.log"; exit 1 }
		eof { puts "the machine ended, see console.log"; exit 1 }
	}
	EOT
	cat >>"$TMP/dialogue"
	echo "expect eof" >>"$TMP/dialogue"
	expect "$TMP/dialogue"
}

# machine: starts it, lets it run standard input, and shows what that says; fails
# unless the last command there does not
machine() {
	{
		cat <<-'EOT'
		#!/bin/bash
		export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount -t devtmpfs dev /dev
		modprobe efivarfs
		mount -t efivarfs efivarfs /sys/firmware/efi/efivars
		commands() {
			set -x
		EOT
		cat
		cat <<-'EOT'
		}
		commands >/share/said 2>&1
		echo $? >/share/status
		sync
		echo b >/proc/sysrq-trigger
		EOT
	} >"$GUEST_SHARE/init"
	chmod 755 "$GUEST_SHARE/init"
	rm -f "$GUEST_SHARE/status"
	in_firmware </dev/null && cat "$GUEST_SHARE/said" &&
		[ "$(cat "$GUEST_SHARE/status")" = 0 ]
}

said() {
	grep -E "$1" "$GUEST_SHARE/said"
}

# Prompts of mokutil(1) read from what is not a terminal, too.
test_firmware_checks_signatures() {
	machine <<-EOT
	mokutil --sb-state
	modinfo -F signer sehub
	modprobe sehub
	mokutil --test-key $KEY.pub
	printf '%s\n' between-us between-us | mokutil --import $KEY.pub
	mokutil --list-new
	EOT
	said '^SecureBoot enabled$'
}

# The one that DKMS has signed.
test_module_is_refused() {
	said '^DKMS module signing key$' &&
		said 'modprobe: .*sehub.*: Key was rejected by service$'
}

test_key_is_handed_in() {
	said "^$KEY.pub is not enrolled" && said 'Subject: .*DKMS'
}

# By who sits before the machine and knows the password.
test_firmware_enrols_the_key() {
	in_firmware <<-'EOT'
	expect "Press any key" { send "\r" }
	expect "Enroll MOK" { send "\033\[B\r" }
	expect "View key 0" { send "\033\[B\r" }
	expect "Enroll the key" { send "\033\[B\r" }
	expect "Password" { send "between-us\r" }
	expect "Reboot" { send "\r" }
	EOT
}

test_module_is_loaded() {
	machine <<-EOT || return 1
	mokutil --test-key $KEY.pub
	modprobe sehub && ip link add sehub12 up type sehub &&
		ip -d link show sehub12 && ip link del sehub12 || return
	# and what was built by hand
	objcopy -g \$(modinfo -n sehub) /tmp/sehub.ko && modprobe -r sehub &&
		! insmod /tmp/sehub.ko || return
	/usr/src/linux-kbuild-\$(uname -r | cut -d. -f1,2)/scripts/sign-file sha256 \
		$KEY.key $KEY.pub /tmp/sehub.ko && insmod /tmp/sehub.ko &&
		ip link add sehub13 up type sehub && ip link show sehub13
	EOT
	said "^$KEY.pub is already enrolled" && said 'sehub12: .*UP'
}

test_module_built_by_hand() {
	said "insmod: ERROR: .*: Key was rejected by service" &&
		said 'sehub13: .*UP'
}

run_tests
