// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control interface in varlink's language, for GetInterfaceDescription:
 * every method of every file that registers some, with its parameters.
 */
#include "control.h"

/* What is listed, and what is shown of one: the same. */
#define USER_FIELDS \
	"  vlan: int,\n" \
	"  user: string,\n" \
	"  password: bool,\n" \
	"  certs: []string,\n" \
	"  anonymous: bool,\n" \
	"  disabled: bool,\n" \
	"  created: int,\n" \
	"  last_login: int,\n" \
	"  sessions: int,\n" \
	"  policy: string,\n" \
	"  max_sessions: int,\n" \
	"  expires: int,\n" \
	"  sources: string,\n" \
	"  grace_ms: ?int,\n" \
	"  cascade: bool\n"

#define USER_RULES \
	"  disabled: ?bool,\n" \
	"  policy: ?string,\n" \
	"  max_sessions: ?int,\n" \
	"  expires: ?int,\n" \
	"  sources: ?string,\n" \
	"  grace_ms: ?int,\n" \
	"  cascade: ?bool\n"

#define SESSION_FIELDS \
	"  session: string,\n" \
	"  vlan: int,\n" \
	"  user: string,\n" \
	"  state: string,\n" \
	"  address: ?string,\n" \
	"  client_name: ?string,\n" \
	"  carrier: ?string,\n" \
	"  since: ?int,\n" \
	"  port: ?int,\n" \
	"  port_id: ?int,\n" \
	"  device: ?string,\n" \
	"  rx_bytes: ?int,\n" \
	"  tx_bytes: ?int,\n" \
	"  rx_frames: ?int,\n" \
	"  tx_frames: ?int,\n" \
	"  resumes: ?int,\n" \
	"  offload: ?bool,\n" \
	"  cipher: ?string,\n" \
	"  peer_hub: ?string\n"

#define CONNECTION_FIELDS \
	"  name: string,\n" \
	"  server: string,\n" \
	"  via: ?string,\n" \
	"  source: ?string,\n" \
	"  vlan: int,\n" \
	"  user: string,\n" \
	"  login: string,\n" \
	"  cert: ?string,\n" \
	"  hub: ?int,\n" \
	"  device: ?string,\n" \
	"  card: string,\n" \
	"  device_kind: ?string,\n" \
	"  pin: ?string,\n" \
	"  ca: ?string,\n" \
	"  tofu: bool,\n" \
	"  grace_ms: ?int,\n" \
	"  auto: bool,\n" \
	"  state: string,\n" \
	"  error: ?string,\n" \
	"  since: ?int,\n" \
	"  session: ?string,\n" \
	"  retry_in_ms: ?int,\n" \
	"  address: ?string,\n" \
	"  cipher: ?string,\n" \
	"  resumes: ?int\n"

#define HUB_FIELDS \
	"  vlan: int,\n" \
	"  device: string,\n" \
	"  kind: string,\n" \
	"  ports: int,\n" \
	"  macs: int,\n" \
	"  ips: ?int,\n" \
	"  rx_frames: int,\n" \
	"  rx_bytes: int,\n" \
	"  tx_frames: int,\n" \
	"  tx_bytes: int,\n" \
	"  drops: ?int\n"

#define EVENT_FIELDS \
	"  event: string,\n" \
	"  time: float,\n" \
	"  vlan: ?int,\n" \
	"  session: ?string,\n" \
	"  user: ?string,\n" \
	"  address: ?string,\n" \
	"  client_name: ?string,\n" \
	"  carrier: ?string,\n" \
	"  cipher: ?string,\n" \
	"  port: ?int,\n" \
	"  resumes: ?int,\n" \
	"  connection: ?string,\n" \
	"  device: ?string,\n" \
	"  state: ?string,\n" \
	"  by: ?string,\n" \
	"  change: ?string,\n" \
	"  policy: ?string,\n" \
	"  count: ?int,\n" \
	"  code: ?string,\n" \
	"  reason: ?string\n"

static const char control_text[] =
	"# Hubs, users, sessions, connections and listeners of sehub-transportd.\n"
	"# Times are seconds since the epoch.\n"
	"interface org.sehub.transportd\n"
	"\n"
	"# protocol: direct, proxy: whom it is meant for; state: listening, off,\n"
	"# failed; source: config, state; refused and logins: of those accepted;\n"
	"# sessions: those whose clients came in here\n"
	"type Listener (\n"
	"  address: string,\n"
	"  port: int,\n"
	"  protocol: string,\n"
	"  enabled: bool,\n"
	"  state: string,\n"
	"  error: ?string,\n"
	"  source: string,\n"
	"  accepted: int,\n"
	"  refused: int,\n"
	"  logins: int,\n"
	"  sessions: int\n"
	")\n"
	"\n"
	"# password: it has one; certs: fingerprints of those that it may log in\n"
	"# with; anonymous: it lets in anybody; last_login 0: never; sessions:\n"
	"# connected or awaiting their return\n"
	"type User (\n"
	USER_FIELDS
	")\n"
	"\n"
	"# state: connected, detached\n"
	"type Session (\n"
	SESSION_FIELDS
	")\n"
	"\n"
	"# state: down, connecting, connected, waiting, failed; card: auto, hub,\n"
	"# tap: what the device is to be; device_kind: hub, tap: what it is; login:\n"
	"# password, certificate, anonymous; cert: fingerprint of the certificate\n"
	"type Connection (\n"
	CONNECTION_FIELDS
	")\n"
	"\n"
	"# size: bytes; lines, lost: since the start of the daemon\n"
	"type LogFile (\n"
	"  name: string,\n"
	"  vlan: ?int,\n"
	"  path: string,\n"
	"  size: int,\n"
	"  lines: int,\n"
	"  lost: int,\n"
	"  state: string\n"
	")\n"
	"\n"
	"# kind: hub, or bridge, which has neither ips nor drops; frames and bytes\n"
	"# that it took from its ports (rx) and gave to them (tx)\n"
	"type Hub (\n"
	HUB_FIELDS
	")\n"
	"\n"
	"# kind: learned, static, local; port: its number, at a bridge that of the\n"
	"# device; session: whose port it is\n"
	"type Mac (\n"
	"  mac: string,\n"
	"  kind: string,\n"
	"  port: int,\n"
	"  session: ?string,\n"
	"  idle_ms: int\n"
	")\n"
	"\n"
	"# kind: header, arp, nd, dhcp: how it was learned; lease_s -1: for ever\n"
	"type Ip (\n"
	"  ip: string,\n"
	"  mac: string,\n"
	"  kind: string,\n"
	"  port: int,\n"
	"  session: ?string,\n"
	"  idle_ms: int,\n"
	"  lease_s: ?int\n"
	")\n"
	"\n"
	"# device \"\": the hub's own port; policy: words joined by commas, or none\n"
	"type SavedPort (device: string, policy: string)\n"
	"type SavedMac (mac: string, device: string)\n"
	"type SavedHub (\n"
	"  vlan: int,\n"
	"  device: string,\n"
	"  up: bool,\n"
	"  ageing: int,\n"
	"  fdb_max: int,\n"
	"  port_max: int,\n"
	"  ip_ageing: int,\n"
	"  ip_max: int,\n"
	"  suppress: bool,\n"
	"  broadcast_rate: int,\n"
	"  ports: []SavedPort,\n"
	"  macs: []SavedMac\n"
	")\n"
	"\n"
	"method Status() -> (\n"
	"  version: string,\n"
	"  pid: int,\n"
	"  uptime_s: int,\n"
	"  listeners: []Listener,\n"
	"  fingerprint: ?string,\n"
	"  workers: int,\n"
	"  sessions: int,\n"
	"  connections: int,\n"
	"  users: int,\n"
	"  module: bool\n"
	")\n"
	"\n"
	"# hubs with numbers\n"
	"method HubList() -> (hubs: []Hub)\n"
	"# what a hub has learned, of one session or of all ports; at most 20000,\n"
	"# complete says whether that is all\n"
	"method MacList(vlan: int, session: ?string) -> (\n"
	"  macs: []Mac,\n"
	"  complete: bool\n"
	")\n"
	"method IpList(vlan: int, session: ?string) -> (\n"
	"  ips: []Ip,\n"
	"  complete: bool\n"
	")\n"
	"\n"
	"# of the console: whether there is a password; before there is one, nobody\n"
	"# gets in\n"
	"method AdminShow() -> (password: bool)\n"
	"method AdminSetPassword(password: string) -> ()\n"
	"\n"
	"# policy: words joined by commas, or none; max_sessions 0: any number;\n"
	"# expires 0: never; sources: prefixes joined by commas, or any;\n"
	"# grace_ms -1: as configured; cascade: may join hubs to this one; certs:\n"
	"# PEM, or SHA256: and 64 hex digits; a user has a password, certs, or both,\n"
	"# or is called anonymous and is; verifier: what RFC 5803 has for a password,\n"
	"# in place of it\n"
	"method UserAdd(\n"
	"  vlan: int,\n"
	"  user: string,\n"
	"  password: ?string,\n"
	"  verifier: ?string,\n"
	"  certs: ?[]string,\n"
	"  anonymous: ?bool,\n"
	USER_RULES
	") -> ()\n"
	"method UserDel(vlan: int, user: string) -> ()\n"
	"method UserSetPassword(vlan: int, user: string, password: string) -> ()\n"
	"# changes what is named, at once, also in sessions that are there\n"
	"method UserSet(\n"
	"  vlan: int,\n"
	"  user: string,\n"
	"  certs: ?[]string,\n"
	"  no_password: ?bool,\n"
	USER_RULES
	") -> ()\n"
	"method UserList(vlan: ?int) -> (users: []User)\n"
	"method UserShow(vlan: int, user: string) -> (\n"
	USER_FIELDS
	")\n"
	"\n"
	"method SessionList(vlan: ?int) -> (sessions: []Session)\n"
	"method SessionShow(session: string) -> (\n"
	SESSION_FIELDS
	")\n"
	"method SessionDisconnect(session: string) -> ()\n"
	"\n"
	"# give one of pin, ca and tofu, or none for the system's authorities;\n"
	"# via: SCHEME://[USER@]HOST[:PORT], schemes http, socks4, socks4a, socks5,\n"
	"# socks5h, ssh; or env; source: address or network device to go out from;\n"
	"# hub: join this one here to the one there, in place of a device; log in as\n"
	"# a user with a password, or with cert and key, both PEM, or anonymous and\n"
	"# without any of these\n"
	"method ConnectionAdd(\n"
	"  name: string,\n"
	"  server: string,\n"
	"  vlan: int,\n"
	"  user: ?string,\n"
	"  password: ?string,\n"
	"  cert: ?string,\n"
	"  key: ?string,\n"
	"  anonymous: ?bool,\n"
	"  via: ?string,\n"
	"  via_password: ?string,\n"
	"  source: ?string,\n"
	"  pin: ?string,\n"
	"  ca: ?string,\n"
	"  tofu: ?bool,\n"
	"  hub: ?int,\n"
	"  device: ?string,\n"
	"  card: ?string,\n"
	"  auto: ?bool,\n"
	"  grace_ms: ?int\n"
	") -> ()\n"
	"method ConnectionDel(name: string) -> ()\n"
	"method ConnectionList() -> (connections: []Connection)\n"
	"method ConnectionShow(name: string) -> (\n"
	CONNECTION_FIELDS
	")\n"
	"# with wait: answers when it is connected, has failed, or after timeout_s\n"
	"method ConnectionUp(\n"
	"  name: string,\n"
	"  wait: ?bool,\n"
	"  timeout_s: ?int,\n"
	"  card: ?string\n"
	") -> (\n"
	CONNECTION_FIELDS
	")\n"
	"method ConnectionDown(name: string) -> ()\n"
	"\n"
	"# a hub as it is now is saved, and made when the daemon starts and it is\n"
	"# not there; left_out: static addresses of ports of sessions\n"
	"method HubSave(vlan: int) -> (left_out: int)\n"
	"method HubForget(vlan: int) -> ()\n"
	"method HubSavedList() -> (hubs: []SavedHub)\n"
	"\n"
	"method ListenerList() -> (listeners: []Listener)\n"
	"# protocol: direct, or proxy, which is the default for port 443\n"
	"method ListenerAdd(address: string, port: int, protocol: ?string) -> ()\n"
	"# those of the configuration file cannot be deleted\n"
	"method ListenerDel(address: string, port: int) -> ()\n"
	"method ListenerSet(address: string, port: int, enabled: bool) -> ()\n"
	"\n"
	"# log files: rotate is never, monthly, daily, hourly, minute or second;\n"
	"# max_bytes 0: no limit; keep 0: all; state: on, off, or why it fails\n"
	"method LogShow() -> (\n"
	"  directory: string,\n"
	"  rotate: string,\n"
	"  max_bytes: int,\n"
	"  keep: int,\n"
	"  compress: bool,\n"
	"  system: bool,\n"
	"  administration: bool,\n"
	"  access: bool,\n"
	"  files: []LogFile\n"
	")\n"
	"method LogSet(\n"
	"  rotate: ?string,\n"
	"  max_bytes: ?int,\n"
	"  keep: ?int,\n"
	"  compress: ?bool,\n"
	"  system: ?bool,\n"
	"  administration: ?bool,\n"
	"  access: ?bool\n"
	") -> ()\n"
	"# packets: CLASS=headers|whole|off,..., or none; of a hub that is there, or\n"
	"# comes\n"
	"method LogHubShow(vlan: int) -> (vlan: int, packets: string)\n"
	"method LogHubSet(vlan: int, packets: string) -> ()\n"
	"\n"
	"# answers as things happen, and has to be called with more; kinds:\n"
	"# session-up, session-resumed, session-detached, session-down,\n"
	"# login-refused, connection-up, connection-down, connection-failed,\n"
	"# policy-hit, user-changed, listener-changed; vlan: about this hub alone.\n"
	"# The first answer is begin: nothing is missed from then on. One that is\n"
	"# called lost tells with count how many events before it were not read in\n"
	"# time and are missing\n"
	"method Events(kinds: ?[]string, vlan: ?int) -> (\n"
	EVENT_FIELDS
	")\n"
	"# figures in the text format of OpenMetrics 1.0\n"
	"method Metrics() -> (text: string)\n"
	"\n"
	"# version; users, connections and listeners: lists of what UserAdd,\n"
	"# ConnectionAdd and ListenerAdd are given; hubs: list of SavedHub;\n"
	"# packet_logs: list of what LogHubSet is given; logs: what LogSet is; admin:\n"
	"# verifier, as for UserAdd, if there is a password; has passwords and keys\n"
	"method Export() -> (state: object)\n"
	"# all of it or nothing; what is not named is left alone; replace: what is\n"
	"# there already is replaced. Answers how many there were\n"
	"method Import(state: object, replace: ?bool) -> (\n"
	"  users: int,\n"
	"  connections: int,\n"
	"  hubs: int,\n"
	"  listeners: int,\n"
	"  packet_logs: int\n"
	")\n"
	"\n"
	"error NotFound (message: string, parameter: ?string)\n"
	"error Exists (message: string)\n"
	"error InvalidParameter (message: string, parameter: ?string)\n"
	"error Denied (message: string)\n"
	"error Failed (message: string, parameter: ?string)\n";

const char *control_interface_text(void)
{
	return control_text;
}
