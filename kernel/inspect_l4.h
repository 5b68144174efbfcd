/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of inspect.c that is behind the IP header. Pure: bytes in, verdict
 * out; compiled in userspace too.
 */
#ifndef _SEHUB_INSPECT_L4_H
#define _SEHUB_INSPECT_L4_H

#include "inspect.h"
#include "wire.h"

int sehub_inspect_l4(const u8 *data, u32 len, u32 end, u32 off,
		     struct sehub_inspect *out);

/**
 * sehub_inspect_is_unspecified() - is this the IPv6 address of nobody?
 * @addr: %SEHUB_INSPECT_ADDR_LEN bytes, any alignment
 *
 * Return: true for ``::``.
 */
static inline bool sehub_inspect_is_unspecified(const u8 *addr)
{
	return !(sehub_wire_get_u32(addr) | sehub_wire_get_u32(addr + 4) |
		 sehub_wire_get_u32(addr + 8) | sehub_wire_get_u32(addr + 12));
}

/**
 * sehub_inspect_is_host() - is this an IPv6 address that a host can have?
 * @addr: %SEHUB_INSPECT_ADDR_LEN bytes, any alignment
 *
 * A mapped address would be taken for the IPv4 address that it holds.
 *
 * Return: true if it is not unspecified, a group, loopback or mapped.
 */
static inline bool sehub_inspect_is_host(const u8 *addr)
{
	if (sehub_wire_get_u32(addr) | sehub_wire_get_u32(addr + 4))
		return addr[0] != 0xff;
	if (!sehub_wire_get_u32(addr + 8))
		return sehub_wire_get_u32(addr + 12) > 1;
	return sehub_wire_get_u32(addr + 8) != 0xffff;
}

#endif /* _SEHUB_INSPECT_L4_H */
