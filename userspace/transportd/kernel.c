// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests of the main thread to the kernel, over one handle that is opened
 * when it is needed. A handle knows the module by a number that is another one
 * after the module was loaded anew, so a request that finds no such family is
 * made once more over a new handle.
 */
#include "kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "log.h"
#include "taps.h"

/* Requests are answered at once; this only ends a wait that is a bug. */
#define REQUEST_MS	5000

struct kernel {
	uv_loop_t *loop;
	const struct kernel_ops *ops;
	void *arg;
	struct sehub_nl *nl;
	struct sehub_monitor *monitor;
	uv_poll_t *poll;
	struct taps *taps;
	unsigned int closed;	/* how often a handle was closed */
};

/* Reading events: the handle as it was when that began. */
struct reading {
	struct kernel *k;
	unsigned int closed;
};

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void kernel_close(struct kernel *k)
{
	if (k->poll)
		uv_close((uv_handle_t *)k->poll, free_handle);
	sehub_monitor_close(k->monitor);
	sehub_nl_close(k->nl);
	k->poll = NULL;
	k->monitor = NULL;
	k->nl = NULL;
	k->closed++;
}

static int kernel_on_event(const struct sehub_event *event, void *arg)
{
	struct reading *reading = arg;
	struct kernel *k = reading->k;

	if (event->is_deleted &&
	    event->port.kind == SEHUB_PORT_KIND_SESSION)
		k->ops->deleted(k->arg, &event->port);
	/* The call may have found a new module, and closed this socket. */
	return k->closed != reading->closed;
}

static void kernel_on_poll(uv_poll_t *poll, int status, int events)
{
	struct kernel *k = poll->data;
	struct reading reading = { k, k->closed };
	struct sehub_err err;
	int ret;

	(void)events;
	ret = sehub_monitor_read(k->monitor, kernel_on_event, &reading, &err);
	if (ret == -ENOBUFS) {
		log_warn_limited("kernel-events lost");
		k->ops->resync(k->arg);
	} else if (ret < 0) {
		log_error("kernel-events error=%s", LOG_QUOTED(err.text));
		kernel_close(k);
	}
	/* After an overrun libuv watches no more. */
	if (status < 0 && k->closed == reading.closed)
		uv_poll_start(poll, UV_READABLE, kernel_on_poll);
}

static int kernel_open(struct kernel *k, struct sehub_err *err)
{
	int ret;

	if (k->nl)
		return 0;
	ret = sehub_nl_open(&k->nl, err);
	if (ret)
		return ret;
	sehub_nl_set_timeout(k->nl, REQUEST_MS);
	ret = sehub_monitor_open(&k->monitor, SEHUB_EVENT_PORT, err);
	if (ret)
		goto err_close;
	k->poll = malloc(sizeof(*k->poll));
	if (!k->poll ||
	    uv_poll_init(k->loop, k->poll, sehub_monitor_fd(k->monitor))) {
		free(k->poll);
		k->poll = NULL;
		ret = sehub_err_errno(err, ENOMEM, "cannot watch netlink");
		goto err_close;
	}
	k->poll->data = k;
	uv_poll_start(k->poll, UV_READABLE, kernel_on_poll);
	return 0;

err_close:
	kernel_close(k);
	return ret;
}

/* After a request: was it the handle's fault? Then try a new one, once. */
static bool kernel_retry(struct kernel *k, int ret, int *tries)
{
	if (ret != -ENOENT || !k->nl || (*tries)++)
		return false;
	kernel_close(k);
	return true;
}

struct kernel *kernel_new(uv_loop_t *loop, const struct kernel_ops *ops,
			  void *arg)
{
	struct kernel *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->loop = loop;
	k->ops = ops;
	k->arg = arg;
	k->taps = taps_new(loop, ops, arg);
	if (!k->taps) {
		free(k);
		return NULL;
	}
	return k;
}

void kernel_free(struct kernel *k)
{
	if (!k)
		return;
	kernel_close(k);
	taps_free(k->taps);
	free(k);
}

static bool is_taps(uint32_t id)
{
	return id & TAPS_ID_BIT;
}

bool kernel_is_loaded(void)
{
	return sehub_nl_is_loaded();
}

static int find_bridge(struct kernel *k, uint16_t vlan,
		       struct kernel_hub *found, struct sehub_err *err)
{
	int ret = taps_find_bridge(k->taps, vlan, &found->ifindex, err);

	found->is_bridge = !ret;
	if (!ret)
		found->id = taps_bridge_id(k->taps, found->ifindex);
	return ret;
}

int kernel_find_hub(struct kernel *k, uint16_t vlan, struct kernel_hub *found,
		    struct sehub_err *err)
{
	struct sehub_hub hub;
	int ret, tries = 0;

	memset(found, 0, sizeof(*found));
	do {
		ret = kernel_open(k, err);
		if (!ret)
			ret = sehub_hub_get_vlan(k->nl, vlan, &hub, err);
	} while (kernel_retry(k, ret, &tries));
	if (!ret) {
		found->ifindex = hub.ifindex;
		found->id = hub.id;
	}
	if (ret == -ENODEV)
		return find_bridge(k, vlan, found, NULL) ? ret : 0;
	/* Without the module what is wrong with the bridge is of interest. */
	return ret == -ENOENT ? find_bridge(k, vlan, found, err) : ret;
}

int kernel_list_hubs(struct kernel *k, sehub_hub_fn fn, void *arg,
		     struct sehub_err *err)
{
	int ret, tries = 0;

	do {
		ret = kernel_open(k, err);
		if (!ret)
			ret = sehub_hub_list(k->nl, fn, arg, err);
	} while (kernel_retry(k, ret, &tries));
	return ret == -ENOENT ? 0 : ret;
}

int kernel_list_bridges(struct kernel *k, sehub_hub_fn fn, void *arg,
			struct sehub_err *err)
{
	return taps_list_bridges(k->taps, fn, arg, err);
}

/* The hub was found a moment ago, with a handle that is right. */
int kernel_list_macs(struct kernel *k, const struct kernel_hub *hub,
		     uint32_t port, sehub_fdb_fn fn, void *arg,
		     struct sehub_err *err)
{
	int ret;

	if (hub->is_bridge)
		return taps_list_macs(k->taps, hub->ifindex, port, fn, arg,
				      err);
	ret = kernel_open(k, err);
	return ret ? ret : sehub_fdb_list(k->nl, hub->ifindex, port, fn, arg,
					  err);
}

int kernel_list_ips(struct kernel *k, const struct kernel_hub *hub,
		    const struct sehub_ip_filter *filter, sehub_ip_fn fn,
		    void *arg, struct sehub_err *err)
{
	int ret;

	if (hub->is_bridge)
		return sehub_err_set(err, EOPNOTSUPP,
				     "the hub is a Linux bridge, which has no table of IP addresses: that needs sehub.ko");
	ret = kernel_open(k, err);
	return ret ? ret : sehub_ip_list(k->nl, hub->ifindex, filter, fn, arg,
					 err);
}

int kernel_set_log(struct kernel *k, uint16_t vlan, uint32_t headers,
		   uint32_t whole, struct sehub_err *err)
{
	struct sehub_hub_config config = {
		.set = SEHUB_HUB_LOG, .log_headers = headers,
		.log_whole = whole,
	};
	struct sehub_hub hub;
	int ret, tries = 0;

	do {
		ret = kernel_open(k, err);
		if (!ret)
			ret = sehub_hub_get_vlan(k->nl, vlan, &hub, err);
	} while (kernel_retry(k, ret, &tries));
	return ret ? ret : sehub_hub_set(k->nl, hub.ifindex, &config, err);
}

static int find_card(struct kernel *k, const char *ifname,
		     struct sehub_hub *hub, struct sehub_err *err)
{
	int ret, tries = 0;

	do {
		ret = kernel_open(k, err);
		if (!ret)
			ret = sehub_hub_get_name(k->nl, ifname, hub, err);
	} while (kernel_retry(k, ret, &tries));
	if (!ret && hub->vlan)
		return sehub_err_set(err, EEXIST, "%s is hub %u of this machine, choose another device name",
				     ifname, hub->vlan);
	return ret;
}

static int make_hub_card(struct kernel *k, const char *ifname,
			 const uint8_t mac[6], uint32_t *ifindex,
			 struct sehub_err *err)
{
	struct sehub_hub_config config = { .set = SEHUB_HUB_MAC };
	struct sehub_hub hub;
	int ret, i;

	ret = find_card(k, ifname, &hub, err);
	if (!ret) {
		*ifindex = hub.ifindex;
		return 0;
	}
	if (ret != -ENODEV)
		return ret;
	for (i = 0; i < 6; i++)
		config.mac[i] = mac[i];
	ret = sehub_hub_add(k->nl, ifname, &config, ifindex, err);
	if (ret == -EEXIST)
		return sehub_err_set(err, EEXIST, "network device %s exists and is no sehub device",
				     ifname);
	if (ret == -EOPNOTSUPP)
		return sehub_err_set(err, ENOENT, "sehub.ko is not loaded");
	return ret;
}

int kernel_make_card(struct kernel *k, const char *ifname,
		     enum card_kind kind, const uint8_t mac[6],
		     uint32_t *ifindex, struct sehub_err *err)
{
	int ret;

	if (kind == CARD_TAP ||
	    (kind == CARD_AUTO && taps_has_card(k->taps, ifname)))
		return taps_open_card(k->taps, ifname, mac, ifindex, err);
	ret = make_hub_card(k, ifname, mac, ifindex, err);
	if (ret == -ENOENT && kind == CARD_AUTO)
		return taps_open_card(k->taps, ifname, mac, ifindex, err);
	return ret;
}

const char *kernel_card_kind(struct kernel *k, const char *ifname)
{
	struct sehub_hub hub;

	if (taps_has_card(k->taps, ifname))
		return "tap";
	return find_card(k, ifname, &hub, NULL) ? NULL : "hub";
}

bool kernel_has_card(struct kernel *k, const char *ifname)
{
	return kernel_card_kind(k, ifname);
}

int kernel_delete_card(struct kernel *k, const char *ifname,
		       struct sehub_err *err)
{
	struct sehub_hub hub;
	int ret;

	ret = taps_delete_card(k->taps, ifname, err);
	if (ret != -ENODEV)
		return ret;
	ret = find_card(k, ifname, &hub, err);
	return ret ? ret : sehub_hub_del(k->nl, hub.ifindex, err);
}

int kernel_prepare(struct kernel *k, struct session_start *start,
		   struct sehub_err *err)
{
	return taps_prepare(k->taps, start, err);
}

bool kernel_policy_needs_module(const struct sehub_policy *policy)
{
	struct sehub_policy rest = *policy;
	char words[SEHUB_POLICY_STRLEN];

	/* These two are the daemon's own to see to; the last asks nothing. */
	rest.flags &= ~(SEHUB_POLICY_FLAG_DENY | SEHUB_POLICY_FLAG_NO_RESUME);
	rest.identity = 0;
	return strcmp(sehub_policy_format(&rest, words), "none");
}

bool kernel_network_changed(struct kernel *k, uint32_t ifindex)
{
	return taps_network_changed(k->taps, ifindex);
}

const char *kernel_port_device(struct kernel *k, uint32_t id)
{
	return is_taps(id) ? taps_device(k->taps, id) : NULL;
}

int kernel_get_port(struct kernel *k, uint32_t id, struct sehub_port *port,
		    struct sehub_err *err)
{
	struct sehub_port_ref ref = { .id = id };
	int ret;

	if (is_taps(id))
		return taps_get_port(k->taps, id, port, err);
	ret = kernel_open(k, err);
	return ret ? ret : sehub_port_get(k->nl, &ref, port, err);
}

int kernel_delete_port(struct kernel *k, uint32_t id, struct sehub_err *err)
{
	struct sehub_port_ref ref = { .id = id };
	int ret;

	if (is_taps(id))
		return taps_delete_port(k->taps, id, err);
	ret = kernel_open(k, err);
	return ret ? ret : sehub_port_del(k->nl, &ref, err);
}

int kernel_detach_port(struct kernel *k, uint32_t id, struct sehub_err *err)
{
	int ret;

	if (is_taps(id))
		return taps_detach_port(k->taps, id, err);
	ret = kernel_open(k, err);
	if (!ret)
		ret = sehub_port_session_detach(k->nl, id, err);
	return ret == -ENOTCONN ? 0 : ret;
}

int kernel_set_cookie(struct kernel *k, uint32_t id, const void *cookie,
		      size_t len, struct sehub_err *err)
{
	struct sehub_port_config config = {
		.set = SEHUB_PORT_COOKIE, .cookie = cookie, .cookie_len = len,
	};
	struct sehub_port_ref ref = { .id = id };
	struct sehub_port port;
	int ret;

	/* It would not outlive the daemon that could make use of it. */
	if (is_taps(id))
		return taps_get_port(k->taps, id, &port, err);
	ret = kernel_open(k, err);
	return ret ? ret : sehub_port_set(k->nl, &ref, &config, err);
}

int kernel_set_policy(struct kernel *k, uint32_t id,
		      const struct sehub_policy *policy, uint32_t grace,
		      struct sehub_err *err)
{
	struct sehub_port_config config = {
		.set = SEHUB_PORT_GRACE | (policy ? SEHUB_PORT_POLICY : 0),
		.policy = policy, .grace = grace,
	};
	struct sehub_port_ref ref = { .id = id };
	int ret;

	if (is_taps(id))
		return taps_set_policy(k->taps, id, policy, grace, err);
	ret = kernel_open(k, err);
	return ret ? ret : sehub_port_set(k->nl, &ref, &config, err);
}

int kernel_list(struct kernel *k, sehub_port_fn fn, void *arg,
		struct sehub_err *err)
{
	int ret, tries = 0;

	do {
		ret = kernel_open(k, err);
		if (!ret)
			ret = sehub_port_list(k->nl, 0, fn, arg, err);
	} while (kernel_retry(k, ret, &tries));
	return ret;
}
