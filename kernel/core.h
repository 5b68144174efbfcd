/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects of the module and their locks.
 *
 * A hub is a network device; everything attached to it is a port. Port 0 is
 * the device itself, the others are enslaved devices and sessions.
 *
 * lock              protects                      taken from        inside
 * RTNL              hubs, ports, settings         process           -
 * xfer_mutex        a session's stream: records,  process           RTNL
 *                   answers, owner
 * sehub_owner_lock  table of owned sessions       process           xfer_mutex
 * session->lock     egress queue, credit          process, softirq  xfer_mutex
 * fdb.by_id lock    MAC table: insert, move,      process, softirq  RTNL
 *                   unlink
 * iptab.by_id lock  IP table: the same            process, softirq  RTNL
 * loop.lock         probes that were sent on      softirq           -
 *
 * "Inside" names what may be held already when the lock is taken; the last
 * four never nest.
 *
 * Frames are forwarded under RCU with bottom halves off and take only the last
 * four: the egress queue of each session they go to, and a table's lock for
 * an address that is new or has moved.
 *
 * Lifetimes: a port is unlinked under RTNL, marked dead, and freed from a work
 * item after a grace period and after its last reference is gone. It holds its
 * hub's device until then.
 */
#ifndef _SEHUB_CORE_H
#define _SEHUB_CORE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/gro_cells.h>

#include <linux/sehub.h>
#include <linux/sehub_link.h>
#include <linux/sehub_wire.h>

#include "meter.h"
#include "txq.h"

#define SEHUB_VLAN_MAX			4094
#define SEHUB_AGEING_DEFAULT		300
#define SEHUB_AGEING_MAX		1000000
#define SEHUB_FDB_MAX_DEFAULT		65536
#define SEHUB_IP_MAX_DEFAULT		65536
#define SEHUB_PORT_MAX_DEFAULT		16384
#define SEHUB_PORT_MAX_LIMIT		65535
#define SEHUB_QUEUE_LIMIT_DEFAULT	(4 * 1024 * 1024)
/* What is not sent yet may be this fraction of the queue limit. */
#define SEHUB_UNSENT_SHIFT		2
/* PINGs that wait for credit to be answered; of more the first are dropped. */
#define SEHUB_PONG_BACKLOG		8
#define SEHUB_MTU_MAX	(SEHUB_WIRE_FRAME_MAX - ETH_HLEN - 2 * 4)
/* Longest TCP super-frame the local port makes, without Ethernet header. */
#define SEHUB_TSO_MAX			(62 * 1024)

struct sehub_hub;

/**
 * struct sehub_stats - counters of a port, one set per CPU
 * @syncp: writer is the CPU, with bottom halves off
 * @rx_frames: frames that entered the hub here
 * @rx_bytes: their bytes, without FCS
 * @tx_frames: frames that left the hub here
 * @tx_bytes: their bytes, without FCS
 */
struct sehub_stats {
	struct u64_stats_sync syncp;
	u64_stats_t rx_frames;
	u64_stats_t rx_bytes;
	u64_stats_t tx_frames;
	u64_stats_t tx_bytes;
};

/**
 * struct sehub_totals - counters summed up
 * @rx_frames: as in &struct sehub_stats
 * @rx_bytes: as in &struct sehub_stats
 * @tx_frames: as in &struct sehub_stats
 * @tx_bytes: as in &struct sehub_stats
 * @drops: frames dropped, indexed by SEHUB_A_DROPS_*
 */
struct sehub_totals {
	u64 rx_frames;
	u64 rx_bytes;
	u64 tx_frames;
	u64 tx_bytes;
	u64 drops[SEHUB_A_DROPS_PAD];
};

/**
 * struct sehub_fdb - MAC table of a hub
 * @hash: entries by address, seeded at random
 * @by_id: entries by increasing id, the order of dumps and of ageing; its
 *	lock guards every change of the table
 * @next_id: where the search for a free id starts; @by_id's lock
 * @count: learned entries; written under @by_id's lock
 * @not_learned: sources that found the table full
 * @moves: addresses that changed their port
 * @ageing_work: forgets what was not seen
 */
struct sehub_fdb {
	struct rhashtable hash;
	struct xarray by_id;
	u32 next_id;
	u32 count;
	atomic64_t not_learned;
	atomic64_t moves;
	struct delayed_work ageing_work;
};

/* Kinds of IP addresses, counted apart. */
enum sehub_ip_class {
	SEHUB_IP_CLASS_V4,
	SEHUB_IP_CLASS_V6,
	SEHUB_IP_CLASS_LINK_LOCAL,
	SEHUB_IP_CLASSES,
};

/**
 * struct sehub_iptab - IP table of a hub
 * @hash: entries by address, seeded at random
 * @by_id: entries by increasing id, the order of dumps and of ageing; its
 *	lock guards every change of the table
 * @next_id: where the search for a free id starts; @by_id's lock
 * @next_victim: where the search for an entry that can go starts; @by_id's lock
 * @count: entries; written under @by_id's lock
 * @not_learned: addresses that found the table full
 * @ageing_work: forgets what was not seen
 */
struct sehub_iptab {
	struct rhashtable hash;
	struct xarray by_id;
	u32 next_id;
	unsigned long next_victim;
	u32 count;
	atomic64_t not_learned;
	struct delayed_work ageing_work;
};

/* Probes that a hub remembers to have sent on, a power of 2. */
#define SEHUB_LOOP_SEEN			64

/**
 * struct sehub_loop_seen - the last probe of a port of a hub that was sent on
 * @origin: id of the hub
 * @port: number of its port
 * @seq: of the probe
 */
struct sehub_loop_seen {
	u64 origin;
	u32 port;
	u32 seq;
};

/**
 * struct sehub_loop - what a hub with cascades knows of loops
 * @key: makes the nonces of probes; never changes
 * @next: when the next interval begins, jiffies; @work
 * @tell_until: others are told that ways have changed, jiffies; @work
 * @told_at: another hub was last heeded that said so, jiffies
 * @lock: guards @seen
 * @seen: probes that were sent on, by a hash
 * @hops: hubs on the loop that was found last
 * @told: another hub said that ways have changed
 * @flooded: more probes came in this interval than could be heeded
 * @news: there is something for @work to settle
 * @work: sends probes and settles what became of ports
 */
struct sehub_loop {
	siphash_key_t key;
	unsigned long next;
	unsigned long tell_until;
	unsigned long told_at;
	/* see the lock table */
	spinlock_t lock;
	struct sehub_loop_seen seen[SEHUB_LOOP_SEEN];
	u8 hops;
	bool told;
	bool flooded;
	bool news;
	struct delayed_work work;
};

/**
 * struct sehub_port - one port of a hub
 * @list: in &sehub_hub.port_list; RTNL, read under RCU
 * @hub: the hub; never changes
 * @kind: enum sehub_port_kind; never changes
 * @number: number in the hub; never changes
 * @dead: no longer in the hub; written under the MAC table's lock
 * @live: counts in &sehub_hub.live_count; RTNL
 * @blocked: only loop probes pass; set and, under RTNL, taken back in loop.c
 * @block_told: @blocked as others know it; RTNL
 * @looped: it is blocked for a loop that was found
 * @loop_told: @looped as others know it; RTNL
 * @policy: what the port may do, NULL everything; RTNL, read under RCU
 * @blocked_until: when a block ends unless it is prolonged, jiffies
 * @probe_at: when the last probe came in by a cascade, jiffies; 0: never
 * @probe_budget: probes of others that are sent on from here in this interval
 * @serial: grows from port to port of a hub; a cascade that replaces another
 *	one has that one's
 * @fdb_max: most learned addresses, 0 no limit
 * @fdb_count: learned addresses; the MAC table's lock
 * @fdb_list: learned and static entries; the MAC table's lock
 * @dev: of the local port and device ports
 * @stats: counters of frames that passed
 * @drops: frames dropped, indexed by SEHUB_A_DROPS_*; shared by all CPUs, as
 *	they are many and move seldom
 * @ip_list: entries of the IP table; that table's lock
 * @ip_count: how many of each kind; the IP table's lock
 * @ip_leases: how many are leased; the IP table's lock
 * @ip_headers: how many are known from IP headers alone; the IP table's lock
 * @meter_up: bytes that entered the hub
 * @meter_down: bytes that left the hub
 * @meter_broadcast: frames to groups that entered the hub
 * @name: of a session port; RTNL
 * @ref: held by the hub and by everything that sleeps while using the port
 * @dev_tracker: reference to the hub's device
 * @lower_tracker: reference to an enslaved device
 * @free_work: frees the port
 */
struct sehub_port {
	struct list_head list;
	struct sehub_hub *hub;
	struct sehub_policy __rcu *policy;
	u8 kind;
	bool dead;
	bool live;
	bool blocked;
	bool block_told;
	bool looped;
	bool loop_told;
	u32 number;
	u32 fdb_max;
	struct net_device *dev;
	struct sehub_stats __percpu *stats;

	u32 fdb_count;
	struct list_head fdb_list;
	struct list_head ip_list;
	u32 ip_count[SEHUB_IP_CLASSES];
	u32 ip_leases;
	u32 ip_headers;
	struct sehub_meter meter_up;
	struct sehub_meter meter_down;
	struct sehub_meter meter_broadcast;
	atomic64_t drops[SEHUB_A_DROPS_PAD];
	char name[SEHUB_NAME_MAX + 1];
	u64 serial;
	unsigned long blocked_until;
	unsigned long probe_at;
	atomic_t probe_budget;
	refcount_t ref;
	netdevice_tracker dev_tracker;
	netdevice_tracker lower_tracker;
	struct rcu_work free_work;
};

/**
 * struct sehub_hub - private part of a hub's network device
 * @dev: the device
 * @log_mask: classes that the packet log has, of either kind; written under
 *	RTNL
 * @fdb: MAC table
 * @iptab: IP table
 * @changes: grows when an address moves or goes, or a policy is replaced: what
 *	was found true of an address before has to be found again
 * @ip_max: most entries of the IP table, 0: it is not used
 * @cascades: sessions that lead to another hub; written under RTNL
 * @suppress: requests for addresses that are known are answered
 * @hint_shift: notes of IPv4 addresses last 2 to the power of this jiffies, see
 *	sehub_iptab_hint(); written under RTNL
 * @suppressed: how many were
 * @broadcast: rate of frames to groups, of all ports together
 * @meter_broadcast: those frames
 * @port_list: all ports but the local one; RTNL, read under RCU
 * @local: the local port; lives as long as the device
 * @gro_cells: receive queues of the device
 * @only_session: the session port if it is the only port, for backpressure;
 *	RTNL, read under RCU
 * @id: random number, never 0; never changes
 * @loop: what is known of loops
 * @port_serial: of the last port that was added; RTNL
 * @ports: ports by number, without the local one; written under RTNL, read
 *	under RCU
 * @port_count: ports, without the local one; RTNL
 * @live_count: how many of them keep the carrier up; RTNL
 * @vlan: number, 0 none; RTNL
 * @ageing: seconds
 * @ip_ageing: seconds
 * @broadcast_rate: as @broadcast was asked for; RTNL
 * @fdb_max: most learned addresses
 * @port_max: most ports; RTNL
 * @log_headers: classes of which the packet log has the beginning of a frame,
 *	SEHUB_PACKET_CLASS_*; written under RTNL
 * @log_whole: classes of which it has whole frames; written under RTNL
 * @log_seq: number of the last frame that was logged
 * @seq: grows from hub to hub of a namespace, the order of dumps; RTNL
 * @net_node: in &sehub_net.hubs, or empty; RTNL
 * @gone: counters of deleted ports; RTNL
 */
struct sehub_hub {
	struct net_device *dev;
	u32 log_mask;
	u32 ip_max;
	u32 cascades;
	atomic_t changes;
	bool suppress;
	u8 hint_shift;
	struct sehub_rate broadcast;
	struct sehub_fdb fdb;
	struct sehub_iptab iptab;
	atomic64_t suppressed;
	struct sehub_meter meter_broadcast;
	struct list_head port_list;
	struct sehub_port local;
	struct gro_cells gro_cells;
	struct sehub_session __rcu *only_session;

	u64 id;
	struct sehub_loop loop;
	u64 port_serial;
	struct xarray ports;
	u32 port_count;
	u32 live_count;
	u16 vlan;
	u32 ageing;
	u32 ip_ageing;
	u32 broadcast_rate;
	u32 fdb_max;
	u32 port_max;
	u32 log_headers;
	u32 log_whole;
	atomic64_t log_seq;
	u64 seq;
	struct rb_node net_node;
	struct sehub_totals gone;
};

/**
 * struct sehub_session - a session port
 * @port: the port
 * @id: module-wide id; never changes
 * @name_node: in the table of names; RTNL
 * @peer_hub: id of the hub at the other end of a cascade, 0: it is none; never
 *	changes
 * @home_net: cookie of the network namespace of the socket that made it
 * @xfer_mutex: see the lock table
 * @lock: see the lock table
 * @txq: egress queue; @lock
 * @queue_limit: most bytes held in @txq; RTNL
 * @features: what the peer takes, SEHUB_SESSION_FEATURE_*; RTNL
 * @credit: bytes that an answer may have, 0 none granted; @lock
 * @attached: has an owner; @xfer_mutex and @lock
 * @ack_due: an ACK belongs into the next answer; @lock
 * @pongs: PONGs that belong into the next answer; @lock
 * @pong_count: how many; @lock
 * @answer_work: answers when there is something to say
 * @ack_work: makes an ACK due, or tries an answer again
 * @rx_count: bytes of DATA records received; @xfer_mutex
 * @rx_acked: count of the last ACK; @xfer_mutex
 * @rx_gap: bytes lost by the peer's statement; @xfer_mutex
 * @tx_again: bytes to be sent again after a resume; @xfer_mutex
 * @control: control records for the owner; @xfer_mutex
 * @control_len: bytes in @control; @xfer_mutex
 * @owner_net: namespace of the owning socket, valid while @attached;
 *	@xfer_mutex
 * @owner_portid: netlink port id of the owner; @xfer_mutex
 * @owner_node: in the table of owned sessions; sehub_owner_lock
 * @attaches: number of owners so far; @xfer_mutex
 * @grace: milliseconds to live without an owner; RTNL
 * @detached_at: jiffies; @xfer_mutex
 * @grace_work: deletes a detached port
 * @cookie: the daemon's; RTNL
 * @cookie_len: bytes of @cookie; RTNL
 */
struct sehub_session {
	struct sehub_port port;
	u32 id;
	struct hlist_node name_node;
	u64 peer_hub;
	u64 home_net;
	/* see the lock table */
	struct mutex xfer_mutex;

	/* see the lock table */
	spinlock_t lock;
	struct sehub_txq txq;
	u32 queue_limit;
	u32 features;
	u32 credit;
	bool attached;
	bool ack_due;
	u8 pong_count;
	u8 pongs[SEHUB_PONG_BACKLOG][SEHUB_WIRE_PING_LEN];
	struct work_struct answer_work;
	struct delayed_work ack_work;

	u64 rx_count;
	u64 rx_acked;
	u64 rx_gap;
	u64 tx_again;
	u8 *control;
	u32 control_len;
	struct net *owner_net;
	u32 owner_portid;
	struct hlist_node owner_node;
	u32 attaches;
	u32 grace;
	unsigned long detached_at;
	struct delayed_work grace_work;
	u16 cookie_len;
	u8 cookie[SEHUB_COOKIE_MAX];
};

/**
 * sehub_hub_addrs_changed() - what was true of an address may not be any more
 * @hub: the hub, where the change can be seen already
 * Context: any.
 */
static inline void sehub_hub_addrs_changed(struct sehub_hub *hub)
{
	/* Pairs with the read in sehub_forward_police(). */
	smp_mb__before_atomic();
	atomic_inc(&hub->changes);
}

static inline struct sehub_session *sehub_session(struct sehub_port *port)
{
	return container_of(port, struct sehub_session, port);
}

extern struct workqueue_struct *sehub_wq;

#endif /* _SEHUB_CORE_H */
