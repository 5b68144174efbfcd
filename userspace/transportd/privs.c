// SPDX-License-Identifier: GPL-2.0-or-later
/* Capabilities and limits of the process. */
#include "privs.h"

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "log.h"

#define BIT(cap)	(UINT64_C(1) << (cap))
/* Even as root no more than this is asked for. */
#define NOFILE_MAX	1048576

int privs_drop(struct sehub_err *err)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	uint64_t keep = BIT(CAP_NET_ADMIN) | BIT(CAP_NET_BIND_SERVICE);
	unsigned int cap;

	if (!geteuid())
		keep |= BIT(CAP_CHOWN) | BIT(CAP_FOWNER) |
			BIT(CAP_DAC_OVERRIDE);
	/* Where this is not allowed the set is bounded already. */
	for (cap = 0; cap < 64; cap++)
		if (!(keep & BIT(cap)))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_capget, &head, data) < 0)
		return sehub_err_errno(err, errno, "capget");
	for (cap = 0; cap < 2; cap++) {
		data[cap].permitted &= (uint32_t)(keep >> 32 * cap);
		data[cap].effective &= (uint32_t)(keep >> 32 * cap);
		data[cap].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, data) < 0)
		return sehub_err_errno(err, errno, "capset");
	if (!(data[0].effective & BIT(CAP_NET_ADMIN)))
		log_warn("start without CAP_NET_ADMIN: hubs cannot be used");
	return 0;
}

void privs_raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (limit.rlim_max < NOFILE_MAX && !geteuid()) {
		struct rlimit more = { NOFILE_MAX, NOFILE_MAX };

		if (!setrlimit(RLIMIT_NOFILE, &more))
			return;
	}
	limit.rlim_cur = limit.rlim_max < NOFILE_MAX ? limit.rlim_max :
			 NOFILE_MAX;
	setrlimit(RLIMIT_NOFILE, &limit);
}
