/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HubList, MacList and IpList of the control interface: what hubs know, read
 * from the kernel at the time of the question.
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_FABRIC_H
#define SEHUB_TRANSPORTD_CONTROL_FABRIC_H

struct daemon;

/* Return: 0 or -errno. */
int control_fabric_register(struct daemon *d);

#endif /* SEHUB_TRANSPORTD_CONTROL_FABRIC_H */
