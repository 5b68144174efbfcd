// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual Ethernet hubs: start and end of the module, nothing else.
 */
#include <linux/module.h>

#include "chunk.h"
#include "fdb.h"
#include "hub.h"
#include "iptab.h"
#include "link.h"
#include "nl.h"
#include "port_session.h"

struct workqueue_struct *sehub_wq;

static int __init sehub_main_init(void)
{
	int err;

	sehub_wq = alloc_workqueue("sehub", WQ_UNBOUND, 0);
	if (!sehub_wq)
		return -ENOMEM;
	err = sehub_fdb_module_init();
	if (err)
		goto err_destroy_wq;
	err = sehub_iptab_module_init();
	if (err)
		goto err_exit_fdb;
	err = sehub_hub_module_init();
	if (err)
		goto err_exit_iptab;
	err = sehub_session_module_init();
	if (err)
		goto err_exit_hub;
	err = sehub_link_module_init();
	if (err)
		goto err_exit_session;
	err = sehub_nl_module_init();
	if (err)
		goto err_exit_link;
	return 0;

err_exit_link:
	sehub_link_module_exit();
err_exit_session:
	sehub_session_module_exit();
err_exit_hub:
	sehub_hub_module_exit();
err_exit_iptab:
	sehub_iptab_module_exit();
err_exit_fdb:
	sehub_fdb_module_exit();
err_destroy_wq:
	destroy_workqueue(sehub_wq);
	return err;
}

/*
 * No request comes in after the family is gone, and no hub is left after the
 * link kind: its devices wait for their references, which ports hold until
 * they are freed. What is still to run are callbacks that free entries of the
 * tables.
 */
static void __exit sehub_main_exit(void)
{
	sehub_nl_module_exit();
	sehub_link_module_exit();
	sehub_session_module_exit();
	sehub_hub_module_exit();
	rcu_barrier();
	destroy_workqueue(sehub_wq);
	sehub_iptab_module_exit();
	sehub_fdb_module_exit();
	sehub_chunk_module_exit();
}

module_init(sehub_main_init);
module_exit(sehub_main_exit);

MODULE_DESCRIPTION("Virtual Ethernet hubs");
MODULE_AUTHOR("the sehub developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(SEHUB_VERSION);
MODULE_ALIAS_RTNL_LINK("sehub");
MODULE_ALIAS_GENL_FAMILY("sehub");
