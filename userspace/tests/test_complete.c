// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a shell is offered for the last word of a line, as far as neither the
 * kernel nor the daemon has to be asked.
 *
 * links: sehubctl/args.c sehubctl/help.c sehubctl/complete.c
 * links: sehubctl/select.c sehubctl/daemon.c sehubctl/secret.c
 * links: sehubctl/show.c sehubctl/print.c lib/text.c sehubctl/cmd_hub.c
 * links: sehubctl/cmd_port.c sehubctl/cmd_mac.c sehubctl/cmd_ip.c
 * links: sehubctl/cmd_status.c sehubctl/cmd_log.c sehubctl/cmd_admin.c
 * links: sehubctl/monitor_told.c sehubctl/cmd_metrics.c
 * links: sehubctl/cmd_monitor.c sehubctl/cmd_user.c sehubctl/cmd_session.c
 * links: sehubctl/cmd_connection.c sehubctl/cmd_listener.c sehubctl/cmd_state.c lib/addr.c lib/via.c lib/control.c lib/err.c
 * links: lib/event.c lib/fdb.c lib/hub.c lib/link.c lib/names.c lib/nl.c
 * links: lib/nl_list.c lib/nl_msg.c lib/port.c lib/policy.c lib/rate.c
 * links: lib/ethertype.c lib/log_words.c lib/ip.c
 * links: lib/nl_packet.c lib/packet.c
 * links: sehubctl/cmd_packets.c sehubctl/watch.c lib/places.c
 * links: sehubctl/capture.c sehubctl/pcapng.c sehubctl/print_packet.c
 * links: lib/decode.c lib/decode_ip.c lib/decode_l4.c
 * links: lib/decode_icmp6.c lib/decode_dhcp.c
 * links: lib/access.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* The table lives where main() does. */
int sehubctl_main(int argc, char **argv);
#define main sehubctl_main
#include "sehubctl/main.c"
#undef main

/*
 * Completes a line, words separated by blanks; a blank at its end: the last
 * word is empty. Return: what is offered, separated by blanks.
 */
static const char *offered(const char *line)
{
	static char buf[4096];
	static char copy[512];
	FILE *before = stdout;
	char *argv[32];
	int argc = 0;
	size_t n;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *p = strtok(copy, " "); p; p = strtok(NULL, " "))
		argv[argc++] = p;
	if (!*line || line[strlen(line) - 1] == ' ')
		argv[argc++] = (char *)"";

	stdout = tmpfile();
	assert_non_null(stdout);
	assert_int_equal(ctl_complete(argc, argv), CTL_OK);
	rewind(stdout);
	n = fread(buf, 1, sizeof(buf) - 1, stdout);
	fclose(stdout);
	stdout = before;
	for (size_t i = 0; i < n; i++)
		if (buf[i] == '\n')
			buf[i] = ' ';
	buf[n ? n - 1 : 0] = '\0';
	return buf;
}

static void check(const char *line, const char *want)
{
	assert_string_equal(offered(line), want);
}

static void test_words(void **state)
{
	(void)state;
	check("", "hub port mac ip user session connection listener log admin export import status monitor metrics help");
	check("i", "ip import");
	check("ip ", "list flush");
	check("monitor hub ",
	      "hub port mac ip session login connection policy user listener");
	check("monitor --packets udp ", "tcp-conn tcp-data dhcp udp icmp arp "
	      "ip ethernet blocked");
	check("monitor --packets --pcap ", "@file");
	check("ip flush 12 ",
	      "--vlan --port --mac --prefix --json --socket --help --version");
}

static void test_options_without_dashes(void **state)
{
	(void)state;
	check("port set 12 alice p", "policy");
	check("port set --vlan 12 alice p", "policy");
	check("port set 12 alice policy none f", "fdb-max");
	check("port set 12 alice j", "");
	check("hub set 12 suppress ", "on off");
	check("connection add x --via ",
	      "http:// socks4:// socks4a:// socks5:// socks5h:// ssh:// env");
	check("connection add x --via socks5", "socks5:// socks5h://");
	check("connection add x --via-password-file ", "@file");
	check("connection add x --cert ", "@file");
	check("connection add x --key ", "@file");
	check("user add x --vlan 1 --cert ", "@file");
	check("connection add x --source l", "lo");
	check("listener add 0.0.0.0:1 --protocol ", "direct proxy");
	check("listener o", "on off");
	check("export ", "@file");
	check("import x --r", "--replace");
	check("connection add x --device ", "");
	check("connection up x --device ", "auto hub tap");
	check("hub set 12 --suppress o", "on off");
	/* a port that is called so, and a name that is */
	check("port set 12 policy d", "");
	check("port set 12 alice name policy d", "");
	check("port set 12 alice --name policy p", "policy");
}

static void test_policy(void **state)
{
	static const char all[] =
		"none deny no-resume dhcp-force max-ip= max-mac= no-ip-dup no-mac-dup no-broadcast no-dhcp-server filter-dhcp no-ra isolation= rate-up= rate-down= broadcast-rate= deny-type= identity=";

	(void)state;
	check("port set 12 alice policy ", all);
	check("port set 12 alice --policy ", all);
	check("port set 12 alice policy d", "deny dhcp-force deny-type=");
	check("port set 12 alice policy deny,d",
	      "deny,dhcp-force deny,deny-type=");
	check("port set 12 alice policy max-ip=1,max-ma", "max-ip=1,max-mac=");
	check("port set 12 alice policy max-ip=1,max-i", "");
	check("port set 12 alice policy max-ip=1", "");
	check("port set 12 alice policy no-broadcast=",
	      "no-broadcast=all no-broadcast=arp no-broadcast=nd no-broadcast=dhcp");
	check("port set 12 alice policy deny,no-broadcast=nd+",
	      "deny,no-broadcast=nd+arp deny,no-broadcast=nd+dhcp");
	check("port set 12 alice policy deny-type=arp+ipv",
	      "deny-type=arp+ipv4 deny-type=arp+ipv6");
	check("port set 12 alice policy deny-type=arp+ar", "");
}

static void test_log(void **state)
{
	(void)state;
	check("hub set 12 log ",
	      "none all= tcp-conn= tcp-data= dhcp= udp= icmp= arp= ip= ethernet= blocked=");
	check("hub add --log arp=", "arp=headers arp=whole arp=off");
	check("hub set 12 log arp=off,tcp",
	      "arp=off,tcp-conn= arp=off,tcp-data=");
	check("hub set 12 log arp=off,ar", "");
	check("hub set 12 log arp=off,udp=w", "arp=off,udp=whole");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_options_without_dashes),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
