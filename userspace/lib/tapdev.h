/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TAP devices in place of hubs, where sehub.ko is not loaded, and the Linux
 * bridges that they are ports of. Frames are read and written with a
 * struct virtio_net_hdr of SEHUB_TAP_HDR_LEN bytes, little-endian, in front
 * (linux/virtio_net.h), so that super-frames pass whole.
 */
#ifndef SEHUB_LIB_TAPDEV_H
#define SEHUB_LIB_TAPDEV_H

#include <stdbool.h>
#include <stdint.h>
#include <net/if.h>

#include "err.h"
#include "nl.h"

#define SEHUB_TAP_HDR_LEN	10

/**
 * struct sehub_tap - an open TAP device
 * @fd: nonblocking descriptor, the caller's to close
 * @ifindex: interface index at the time of opening
 * @ifname: its name then
 */
struct sehub_tap {
	int fd;
	uint32_t ifindex;
	char ifname[IFNAMSIZ];
};

/**
 * struct sehub_tap_config - a TAP device to be opened
 * @ifname: its name; "%d" in it stands for the first free number
 * @mac: address of a new device, NULL: a random one
 * @alias: marks it as ours (ip-link(8) shows it); a persistent one without
 *	this is not opened
 * @is_persistent: it stays when the descriptor is closed, and is opened again
 *	if it is there
 * @master: interface index of the bridge that it joins, 0: none. It has the
 *	bridge's MTU then, and is no station of its own
 * @group: device group of a new device, see sehub_tap_del_group()
 */
struct sehub_tap_config {
	const char *ifname;
	const uint8_t *mac;
	const char *alias;
	bool is_persistent;
	uint32_t master;
	uint32_t group;
};

/**
 * sehub_tap_open() - make a TAP device, or open the one that is there
 * @nl: handle, for rtnetlink
 * @config: what is wanted
 * @tap: filled on success
 * @err: filled on failure
 *
 * The device is up and has no carrier until sehub_tap_set_carrier().
 * Return: 0, -EEXIST if the name is another device's, -EBUSY if another
 * process has it open, -ENOENT if there is no /dev/net/tun, or another -errno.
 */
int sehub_tap_open(struct sehub_nl *nl, const struct sehub_tap_config *config,
		   struct sehub_tap *tap, struct sehub_err *err);

/**
 * sehub_tap_find() - see whether there is a TAP device with our mark
 * @nl: handle
 * @ifname: its name
 * @alias: the mark, or how it begins
 * @ifindex: filled if it is there
 * @err: filled on failure
 * Return: 0, -ENODEV, -EEXIST if the name is another device's, or -errno.
 */
int sehub_tap_find(struct sehub_nl *nl, const char *ifname, const char *alias,
		   uint32_t *ifindex, struct sehub_err *err);

/**
 * sehub_tap_del() - delete a device that was found or opened
 *
 * Takes some 20 ms, as the kernel waits for all that may still use it.
 */
int sehub_tap_del(struct sehub_nl *nl, uint32_t ifindex, struct sehub_err *err);

/** sehub_tap_del_group() - all devices of a group, in the time of one */
int sehub_tap_del_group(struct sehub_nl *nl, uint32_t group,
			struct sehub_err *err);

/** sehub_tap_release() - the device goes when its descriptor is closed */
void sehub_tap_release(int fd);

/** sehub_tap_set_carrier() - is there anybody at the other end? */
void sehub_tap_set_carrier(int fd, bool on);

/**
 * sehub_tap_set_offload() - choose what a reader takes
 * @fd: descriptor
 * @on: super-frames and frames without checksum; else the kernel cuts and
 *	completes them. Holds for frames sent from now on
 */
void sehub_tap_set_offload(int fd, bool on);

/** sehub_tap_is_there() - false once the device behind @fd was deleted */
bool sehub_tap_is_there(int fd);

/**
 * sehub_tap_master() - whose port a device is
 * @nl: handle
 * @ifindex: the device
 * @master: filled: interface index of its bridge, 0: none
 * @err: filled on failure
 * Return: 0, -ENODEV if there is no such device here, or -errno.
 */
int sehub_tap_master(struct sehub_nl *nl, uint32_t ifindex, uint32_t *master,
		     struct sehub_err *err);

/**
 * sehub_bridge_find() - find a Linux bridge by name
 * @nl: handle
 * @ifname: its name
 * @ifindex: filled if it is there
 * @err: filled on failure
 * Return: 0, -ENODEV if there is none of this name (or it is no bridge, as the
 * text then says), or -errno.
 */
int sehub_bridge_find(struct sehub_nl *nl, const char *ifname,
		      uint32_t *ifindex, struct sehub_err *err);

#endif /* SEHUB_LIB_TAPDEV_H */
