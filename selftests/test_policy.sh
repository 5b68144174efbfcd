#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the loaded module says of its requests is what the specification says:
# commands, multicast groups, and for each command its attributes with their
# types, ranges and lengths.

TESTS="
	policies_agree_with_the_specification
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

CHECK=$TOP/scripts/check-uapi.py

test_policies_agree_with_the_specification() {
	/usr/bin/python3 -c 'import yaml' || skip "no YAML for Python" || return
	/usr/bin/python3 "$CHECK" --policy
}

[ -f "$CHECK" ] || skip_all "no $CHECK"
run_tests
