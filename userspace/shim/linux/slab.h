/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of the module whose allocation can be made to fail. */
#ifndef _SEHUB_SHIM_LINUX_SLAB_H
#define _SEHUB_SHIM_LINUX_SLAB_H

/**
 * struct shim_slab - state of the allocator, for tests
 * @live: objects allocated and not freed
 * @fail_in: this allocation from now on fails, once; 0: none
 */
struct shim_slab {
	unsigned long live;
	unsigned long fail_in;
};

extern struct shim_slab shim_slab;

#endif /* _SEHUB_SHIM_LINUX_SLAB_H */
