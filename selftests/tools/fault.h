/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocations that fail while the kernel works on one request, on a kernel
 * that has fault injection (CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC).
 */
#ifndef SEHUB_SELFTEST_FAULT_H
#define SEHUB_SELFTEST_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** fault_arm() - let the @nth allocation of the next request fail, 0: none */
void fault_arm(unsigned int nth);

/** fault_send() - hand a request to the kernel; Return: as send() */
ssize_t fault_send(int fd, const void *buf, size_t len);

/** fault_was_hit() - whether an allocation of the last request failed */
bool fault_was_hit(void);

#endif
