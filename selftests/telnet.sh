# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of the console share besides e2e.sh: a telnet client, or
# another one, that expect(1) drives. The administrator's password is in the file $TMP/admin.

# shellcheck source=e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/e2e.sh"
require jq expect telnet nc socat

# The catalogue of the build, where nothing is installed.
export TEXTDOMAINDIR=$TOP/userspace/po
export LC_ALL=C.UTF-8
PORT=8023

# start_console [KEY=VALUE...]: a server with a console, and a client
start_console() {
	cat >"$TMP/talk.exp" <<-'EOT'
		# each argument is a line to type, or with = before it a text to wait
		# for, with ! one that must not come before the next that is waited for, or
		# with ~ keys without Enter
		set timeout [lindex $argv 0]
		set never "\000"
		set client [list telnet 127.0.0.1 [lindex $argv 1]]
		if {[info exists env(CLIENT)]} { set client $env(CLIENT) }
		spawn -noecho {*}$client
		stty rows 24 columns 100 < $spawn_out(slave,name)
		foreach step [lrange $argv 2 end] {
			set text [string range $step 1 end]
			switch -- [string index $step 0] {
			= {
				expect {
					-ex $never { puts "\nNOT EXPECTED: $never"; exit 1 }
					-ex $text {}
					timeout { puts "\nNEVER: $text"; exit 1 }
					eof { puts "\nENDED BEFORE: $text"; exit 1 }
				}
				set never "\000"
			}
			! { set never $text }
			~ { send -- $text }
			default { send -- "$step\r" }
			}
		}
		if {$step eq "=Goodbye."} { expect eof; exit 0 }
		exit 0
	EOT
	echo open-sesame >"$TMP/admin"
	start_server console=127.0.0.1:$PORT console-idle=10min "$@" &&
		start_client 1 a
}

# talk STEP...: from the first byte on, with telnet or the command $CLIENT
talk() {
	on hub expect "$TMP/talk.exp" $((20 * SLOW)) "$PORT" "$@" >"$TMP/talk"
	local code=$?

	[ $code = 0 ] || cat "$TMP/talk"
	return $code
}

# admin STEP...: logged in, in English; and out again
admin() {
	talk "=Enter: 1): " "" "=password: " "$(cat "$TMP/admin")" \
		"=Main menu: " "$@" 9 9 9 "=Goodbye."
}

# said TEXT: an extended regular expression, on the screen
said() {
	grep -Eq -- "$1" "$TMP/talk" || {
		cat "$TMP/talk"
		return 1
	}
}
