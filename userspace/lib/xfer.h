/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nonblocking path of a daemon's worker: one generic netlink socket that
 * owns the worker's session ports, exchanges their records, and makes,
 * attaches, changes and deletes them without waiting. One struct sehub_xfer
 * belongs to one thread; all callbacks run inside sehub_xfer_recv(), except
 * where said. Closing it detaches all its ports.
 *
 * How answers find their request. An xfer request carries the port id as its
 * sequence number and asks for no acknowledgement, so that a refusal, which
 * the kernel sends with the header of the request, names the port. All other
 * requests ask for an acknowledgement and are numbered by a counter; the flag
 * in the returned header tells the two apart. Answers to xfer are told by their
 * command.
 */
#ifndef SEHUB_LIB_XFER_H
#define SEHUB_LIB_XFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/sehub.h>

#include "err.h"
#include "port.h"

/* Most bytes of records in one sehub_xfer_send(). */
#define SEHUB_XFER_MAX		SEHUB_CREDIT_MAX

struct sehub_xfer;

/**
 * struct sehub_xfer_ops - what comes from the kernel; any may be NULL
 * @answer: the answer that a credit stood for; the credit is used up. @records
 *	go to the peer as they are, @control is for the daemon; either may be
 *	empty. Both lie in the receive buffer and end with the call.
 * @error: an xfer request for the port was refused; @code is -errno: EPERM not
 *	the owner, ENOTCONN detached, ENOENT gone, EINVAL malformed record (those
 *	before it were delivered; its credit was not granted)
 * @overrun: the kernel had to drop messages to this socket because they were
 *	not read in time. Cannot happen while each port has one credit and the
 *	number of ports stays within what the receive buffer is made for (about
 *	1900). Called when the rest has been read; requests that lost their
 *	answer have been told -ENOBUFS. Grant the credits anew
 *
 * A port that is deleted behind the owner's back (hub deleted, port-del) shows
 * as @error -ENOENT at the next send. To learn of it at once, read events from
 * a struct sehub_monitor: not on this socket, where a burst of notifications
 * could displace answers.
 */
struct sehub_xfer_ops {
	void (*answer)(void *arg, uint32_t port_id,
		       const void *records, size_t records_len,
		       const void *control, size_t control_len);
	void (*error)(void *arg, uint32_t port_id, int code, const char *text);
	void (*overrun)(void *arg);
};

/**
 * sehub_xfer_open() - open the socket in the caller's network namespace
 * @xp: where to put the handle
 * @ops: callbacks, must stay valid
 * @arg: handed to all of them
 * @err: filled on failure
 * Return: 0 or -errno, as sehub_nl_open().
 */
int sehub_xfer_open(struct sehub_xfer **xp, const struct sehub_xfer_ops *ops,
		    void *arg, struct sehub_err *err);

/**
 * sehub_xfer_close() - close the socket; the kernel detaches its ports
 * @x: handle, may be NULL
 *
 * Requests that wait are dropped without a call. Not to be called from a
 * callback.
 */
void sehub_xfer_close(struct sehub_xfer *x);

/** sehub_xfer_fd() - nonblocking descriptor, to be polled for reading */
int sehub_xfer_fd(const struct sehub_xfer *x);

/**
 * sehub_xfer_send() - hand over records from the peer, grant credit, or both
 * @x: handle
 * @port_id: session id
 * @records: whole records; NULL if @len is 0
 * @len: bytes, at most %SEHUB_XFER_MAX
 * @credit: 0 for none, else SEHUB_CREDIT_MIN to SEHUB_CREDIT_MAX
 *
 * The kernel has taken the records when this returns; its answer or refusal
 * comes through sehub_xfer_recv(). @records are copied once, by the kernel.
 * Return: 0; -EAGAIN or -ENOBUFS if the kernel has no memory now (nothing was
 * taken, try again later); -EINVAL for a bad @len or @credit.
 */
int sehub_xfer_send(struct sehub_xfer *x, uint32_t port_id,
		    const void *records, size_t len, uint32_t credit);

/**
 * sehub_xfer_recv() - read what the kernel sent and make the calls
 * @x: handle
 * @budget: most messages to read, 0 for no bound
 * @err: filled on failure
 * Return: 0 when nothing more waits, 1 when the budget ended first (the
 * descriptor is still readable), or -errno if the socket is broken.
 */
int sehub_xfer_recv(struct sehub_xfer *x, unsigned int budget,
		    struct sehub_err *err);

/**
 * typedef sehub_xfer_done - a request is answered
 * @arg: the request's own
 * @code: 0 or -errno
 * @port: the port after the request, for new and attach; else NULL
 * @err: valid if @code is not 0
 */
typedef void (*sehub_xfer_done)(void *arg, int code,
				const struct sehub_port *port,
				const struct sehub_err *err);

/*
 * Requests. Each returns 0 when it is sent, then calls @done once from
 * sehub_xfer_recv() (@done may be NULL), or -errno without calling it.
 */
int sehub_xfer_port_new(struct sehub_xfer *x, uint32_t hub_ifindex,
			const struct sehub_port_config *config,
			sehub_xfer_done done, void *arg, struct sehub_err *err);
int sehub_xfer_port_attach(struct sehub_xfer *x, uint32_t port_id,
			   const struct sehub_port_config *config,
			   sehub_xfer_done done, void *arg,
			   struct sehub_err *err);
int sehub_xfer_port_get(struct sehub_xfer *x, uint32_t port_id,
			sehub_xfer_done done, void *arg, struct sehub_err *err);
int sehub_xfer_port_set(struct sehub_xfer *x, uint32_t port_id,
			const struct sehub_port_config *config,
			sehub_xfer_done done, void *arg, struct sehub_err *err);
int sehub_xfer_port_detach(struct sehub_xfer *x, uint32_t port_id,
			   sehub_xfer_done done, void *arg,
			   struct sehub_err *err);
int sehub_xfer_port_del(struct sehub_xfer *x, uint32_t port_id,
			sehub_xfer_done done, void *arg, struct sehub_err *err);

/**
 * sehub_xfer_forget() - let requests finish without their call
 * @x: handle
 * @arg: all requests with this argument
 *
 * For the owner of @arg that goes away before the answer came. May be called
 * from a callback.
 */
void sehub_xfer_forget(struct sehub_xfer *x, const void *arg);

#endif /* SEHUB_LIB_XFER_H */
