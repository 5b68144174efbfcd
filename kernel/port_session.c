// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports whose cable is a stream of records: making, owning, losing and
 * deleting them. A session belongs to the netlink socket that made or attached
 * it; when that closes, it waits for its grace time with its queue and counts
 * kept. RTNL guards the hub's side, xfer_mutex the stream's.
 */
#include <linux/hashtable.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/stringhash.h>

#include "cable_netlink.h"
#include "fdb.h"
#include "iptab.h"
#include "loop.h"
#include "nl_notify.h"
#include "port.h"
#include "port_session.h"
#include "stats.h"

/* All sessions of all namespaces by id; changed under RTNL, read under RCU. */
static DEFINE_XARRAY_ALLOC1(sehub_sessions);
static u32 sehub_session_next_id;

/* Sessions of all hubs by name; RTNL. */
static DEFINE_HASHTABLE(sehub_session_names, 12);

/* Owned sessions by the owner's port id, for the day its socket closes. */
static DEFINE_SPINLOCK(sehub_owner_lock);
static DEFINE_HASHTABLE(sehub_owners, 10);

static u32 sehub_session_name_hash(const struct sehub_hub *hub,
				   const char *name)
{
	return full_name_hash(hub, name, strlen(name));
}

/* Gives a session its name, or another one. */
static void sehub_session_set_name(struct sehub_session *session,
				   const char *name)
{
	struct sehub_port *port = &session->port;

	hash_del(&session->name_node);
	strscpy(port->name, name, sizeof(port->name));
	hash_add(sehub_session_names, &session->name_node,
		 sehub_session_name_hash(port->hub, port->name));
}

static void sehub_session_configure(struct sehub_session *session,
				    const struct sehub_session_config *config)
{
	if (config->name)
		sehub_session_set_name(session, config->name);
	if (config->cookie) {
		memcpy(session->cookie, config->cookie, config->cookie_len);
		session->cookie_len = config->cookie_len;
	}
	WRITE_ONCE(session->port.fdb_max, config->fdb_max);
	WRITE_ONCE(session->queue_limit, config->queue_limit);
	WRITE_ONCE(session->features, config->features);
	WRITE_ONCE(session->grace, config->grace);
}

/* Starts the timer of a detached session, or moves it. */
static void __sehub_session_start_grace(struct sehub_session *session)
{
	unsigned long end = session->detached_at +
			    msecs_to_jiffies(READ_ONCE(session->grace));
	unsigned long now = jiffies;

	lockdep_assert_held(&session->xfer_mutex);
	if (!READ_ONCE(session->port.dead))
		mod_delayed_work(sehub_wq, &session->grace_work,
				 time_after(end, now) ? end - now : 0);
}

static bool sehub_session_grace_is_over(struct sehub_session *session)
{
	bool over;

	mutex_lock(&session->xfer_mutex);
	over = !session->attached &&
	       !time_before(jiffies, session->detached_at +
			    msecs_to_jiffies(READ_ONCE(session->grace)));
	mutex_unlock(&session->xfer_mutex);
	return over;
}

static void sehub_session_grace_work(struct work_struct *work)
{
	struct sehub_session *session =
		container_of(to_delayed_work(work), struct sehub_session,
			     grace_work);

	rtnl_lock();
	/*
	 * While this waited it may have been deleted, or attached, and even
	 * detached again, which has started another timer.
	 */
	if (!session->port.dead && sehub_session_grace_is_over(session))
		sehub_session_del(session, SEHUB_PORT_DEL_REASON_GRACE);
	rtnl_unlock();
}

/* @session takes the place of @old, which nobody owns. */
static void sehub_session_inherit(struct sehub_session *session,
				  struct sehub_session *old)
{
	if (session->peer_hub && session->peer_hub == old->peer_hub) {
		/* The same joint; what is behind it comes when it is open. */
		session->port.serial = old->port.serial;
	} else {
		sehub_fdb_inherit(&session->port, &old->port);
		sehub_iptab_inherit(&session->port, &old->port);
	}
	sehub_session_del(old, SEHUB_PORT_DEL_REASON_REPLACED);
}

/**
 * sehub_session_new() - make a session port
 * @hub: the hub
 * @config: all settings; the name may be NULL
 * @extack: receives the reason of a refusal
 *
 * The port is detached, without a running grace time; attach it next.
 *
 * Context: process, RTNL. Return: the session, -ELOOP, -ENOSPC or -ENOMEM.
 */
struct sehub_session *
sehub_session_new(struct sehub_hub *hub,
		  const struct sehub_session_config *config,
		  struct netlink_ext_ack *extack)
{
	char name[SEHUB_NAME_MAX + 1];
	struct sehub_session *session;
	int err;

	if (config->peer_hub) {
		err = sehub_loop_check_peer(hub, config->peer_hub,
					    config->heir_of, extack);
		if (err)
			return ERR_PTR(err);
	}
	session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	if (!session)
		return ERR_PTR(-ENOMEM);
	err = sehub_port_init(&session->port, hub, SEHUB_PORT_KIND_SESSION);
	if (err)
		goto err_free;
	mutex_init(&session->xfer_mutex);
	spin_lock_init(&session->lock);
	sehub_txq_init(&session->txq);
	INIT_WORK(&session->answer_work, sehub_cable_answer_work);
	INIT_DELAYED_WORK(&session->ack_work, sehub_cable_ack_work);
	INIT_DELAYED_WORK(&session->grace_work, sehub_session_grace_work);
	INIT_HLIST_NODE(&session->owner_node);
	INIT_HLIST_NODE(&session->name_node);

	err = xa_alloc_cyclic(&sehub_sessions, &session->id, NULL,
			      xa_limit_31b, &sehub_session_next_id,
			      GFP_KERNEL);
	if (err < 0)
		goto err_uninit_port;
	snprintf(name, sizeof(name), "session%u", session->id);
	sehub_session_set_name(session, name);
	sehub_session_configure(session, config);
	err = sehub_policy_set(&session->port, config->policy);
	if (err)
		goto err_erase;
	session->peer_hub = config->peer_hub;
	if (session->peer_hub)
		sehub_loop_cascade_added(session);
	err = sehub_port_add(&session->port, config->heir_of ? 1 : 0, extack);
	if (err)
		goto err_del_cascade;
	/* Complete: let xfer find it. The place is reserved, no allocation. */
	xa_store(&sehub_sessions, session->id, session, GFP_KERNEL);
	if (config->heir_of)
		sehub_session_inherit(session, config->heir_of);
	return session;

err_del_cascade:
	if (session->peer_hub)
		sehub_loop_cascade_deleted(session);
err_erase:
	hash_del(&session->name_node);
	xa_erase(&sehub_sessions, session->id);
err_uninit_port:
	sehub_port_uninit(&session->port);
err_free:
	kfree(session);
	return ERR_PTR(err);
}

/**
 * sehub_session_set() - change a session port's settings
 * @session: the session
 * @config: all settings, already checked
 *
 * A grace time that runs is counted from its beginning on.
 *
 * Context: process, RTNL.
 */
void sehub_session_set(struct sehub_session *session,
		       const struct sehub_session_config *config)
{
	ASSERT_RTNL();
	mutex_lock(&session->xfer_mutex);
	sehub_session_configure(session, config);
	if (!session->attached)
		__sehub_session_start_grace(session);
	mutex_unlock(&session->xfer_mutex);
}

/**
 * sehub_session_find() - find a session by id
 * @id: module-wide id
 * Context: process, RTNL. Return: the session, valid under RTNL, or NULL.
 */
struct sehub_session *sehub_session_find(u32 id)
{
	ASSERT_RTNL();
	return xa_load(&sehub_sessions, id);
}

/**
 * sehub_session_find_name() - find a session by name
 * @hub: its hub
 * @name: the name
 * Context: process, RTNL. Return: the session, valid under RTNL, or NULL.
 */
struct sehub_session *sehub_session_find_name(struct sehub_hub *hub,
					      const char *name)
{
	struct sehub_session *session;

	ASSERT_RTNL();
	hash_for_each_possible(sehub_session_names, session, name_node,
			       sehub_session_name_hash(hub, name))
		if (session->port.hub == hub &&
		    !strcmp(session->port.name, name))
			return session;
	return NULL;
}

/**
 * sehub_session_lookup() - find a session by id and hold it
 * @id: module-wide id
 * Context: any. Return: the session, to be given back with
 * sehub_session_put(), or NULL.
 */
struct sehub_session *sehub_session_lookup(u32 id)
{
	struct sehub_session *session;

	rcu_read_lock();
	session = xa_load(&sehub_sessions, id);
	if (session && !refcount_inc_not_zero(&session->port.ref))
		session = NULL;
	rcu_read_unlock();
	return session;
}

static void __sehub_session_disown(struct sehub_session *session)
{
	lockdep_assert_held(&session->xfer_mutex);
	spin_lock(&sehub_owner_lock);
	hash_del(&session->owner_node);
	spin_unlock(&sehub_owner_lock);

	spin_lock_bh(&session->lock);
	WRITE_ONCE(session->attached, false);
	session->credit = 0;
	session->ack_due = false;
	session->pong_count = 0;
	spin_unlock_bh(&session->lock);

	kfree(session->control);
	session->control = NULL;
	session->control_len = 0;
	session->owner_net = NULL;
	session->owner_portid = 0;
	WRITE_ONCE(session->detached_at, jiffies);
}

/**
 * sehub_session_attach() - give a detached session an owner
 * @session: the session; its features have been set
 * @net: namespace of the owning socket
 * @portid: netlink port id of the owning socket, which is inside a request
 * @resume: counts of the peer
 * @extack: receives the reason of a refusal
 * Context: process. Return: 0, -EBUSY if it has an owner, -EINVAL if the
 * counts cannot be true, -ENOENT if the port is being deleted.
 */
int sehub_session_attach(struct sehub_session *session, struct net *net,
			 u32 portid, const struct sehub_session_resume *resume,
			 struct netlink_ext_ack *extack)
{
	u64 again, peer_rx;
	int err;

	mutex_lock(&session->xfer_mutex);
	if (READ_ONCE(session->port.dead)) {
		err = -ENOENT;
		goto out_unlock;
	}
	if (session->attached) {
		NL_SET_ERR_MSG_MOD(extack,
				   "session port has an owner, detach it first");
		err = -EBUSY;
		goto out_unlock;
	}

	spin_lock_bh(&session->lock);
	/* A peer that has less than was acknowledged lost it for good. */
	peer_rx = resume->has_rx ? max(resume->peer_rx, session->txq.acked) :
				   session->txq.acked;
	again = session->txq.sent;
	err = sehub_txq_rewind(&session->txq, peer_rx);
	if (err) {
		spin_unlock_bh(&session->lock);
		NL_SET_ERR_MSG_MOD(extack,
				   "peer-rx is not a count of records that were sent");
		goto out_unlock;
	}
	again -= session->txq.acked;
	WRITE_ONCE(session->attached, true);
	spin_unlock_bh(&session->lock);

	session->tx_again += again;
	if (resume->peer_oldest > session->rx_count) {
		session->rx_gap += resume->peer_oldest - session->rx_count;
		session->rx_count = resume->peer_oldest;
	}
	session->rx_acked = session->rx_count;
	session->owner_net = net;
	session->owner_portid = portid;
	session->attaches++;
	spin_lock(&sehub_owner_lock);
	hash_add(sehub_owners, &session->owner_node, portid);
	spin_unlock(&sehub_owner_lock);
	/* One that already waits for RTNL finds the session attached. */
	cancel_delayed_work(&session->grace_work);
	if (session->peer_hub)
		sehub_loop_cascade_up(session, session->attaches == 1 ? 0 :
				      jiffies - session->detached_at);
out_unlock:
	mutex_unlock(&session->xfer_mutex);
	return err;
}

/**
 * sehub_session_detach() - take a session from its owner
 * @session: the session
 *
 * Nothing of the owner is touched after this returns. The grace time begins.
 *
 * Context: process. Return: 0, or -ENOTCONN if it has no owner.
 */
int sehub_session_detach(struct sehub_session *session)
{
	int err = -ENOTCONN;

	mutex_lock(&session->xfer_mutex);
	if (session->attached) {
		__sehub_session_disown(session);
		__sehub_session_start_grace(session);
		err = 0;
	}
	mutex_unlock(&session->xfer_mutex);
	return err;
}

/**
 * sehub_session_del() - delete a session port
 * @session: the session
 * @reason: enum sehub_port_del_reason
 *
 * Unlinked from ids, names and the hub, which marks it dead; disowned, so that
 * no answer is sent; what runs already ends by its references, and the last of
 * them starts sehub_session_uninit() after a grace period.
 *
 * Context: process, RTNL.
 */
void sehub_session_del(struct sehub_session *session, u32 reason)
{
	ASSERT_RTNL();
	xa_erase(&sehub_sessions, session->id);
	hash_del(&session->name_node);
	sehub_port_unlink(&session->port, reason);
	if (session->peer_hub)
		sehub_loop_cascade_deleted(session);
	mutex_lock(&session->xfer_mutex);
	if (session->attached)
		__sehub_session_disown(session);
	mutex_unlock(&session->xfer_mutex);
	sehub_port_put(&session->port);
}

/**
 * sehub_session_uninit() - end what belongs to a session port alone
 * @session: deleted, after its grace period; nobody can start its works
 * Context: process.
 */
void sehub_session_uninit(struct sehub_session *session)
{
	cancel_work_sync(&session->answer_work);
	cancel_delayed_work_sync(&session->ack_work);
	cancel_delayed_work_sync(&session->grace_work);
	sehub_txq_purge(&session->txq);
	kfree(session->control);
	mutex_destroy(&session->xfer_mutex);
}

/* A netlink socket closes: its sessions lose their owner. */
static int sehub_session_socket_event(struct notifier_block *nb,
				      unsigned long event, void *ptr)
{
	struct netlink_notify *notify = ptr;
	struct sehub_session *session;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;

	for (;;) {
		struct sehub_session *found = NULL;

		/*
		 * Owners are compared by their addresses: a namespace lives as
		 * long as a socket of it owns something.
		 */
		spin_lock(&sehub_owner_lock);
		hash_for_each_possible(sehub_owners, session, owner_node,
				       notify->portid) {
			if (READ_ONCE(session->owner_portid) ==
				    notify->portid &&
			    READ_ONCE(session->owner_net) == notify->net &&
			    refcount_inc_not_zero(&session->port.ref)) {
				found = session;
				break;
			}
		}
		spin_unlock(&sehub_owner_lock);
		if (!found)
			return NOTIFY_DONE;
		if (!sehub_session_detach(found))
			sehub_nl_notify_session_state(found);
		sehub_session_put(found);
	}
}

static struct notifier_block sehub_session_notifier = {
	.notifier_call = sehub_session_socket_event,
};

/**
 * sehub_session_module_init() - follow the closing of sockets
 * Context: process. Return: 0 or -errno.
 */
int __init sehub_session_module_init(void)
{
	return netlink_register_notifier(&sehub_session_notifier);
}

/**
 * sehub_session_module_exit() - undo sehub_session_module_init()
 * Context: process; there are no sessions any more.
 */
void sehub_session_module_exit(void)
{
	netlink_unregister_notifier(&sehub_session_notifier);
	xa_destroy(&sehub_sessions);
}
