/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sehubctl as a function, with a kernel that is made of messages: hub 12, which
 * has a port 2 and three entries of the IP table. What it is asked is kept.
 */
#ifndef SEHUB_TESTS_CTL_RUN_H
#define SEHUB_TESTS_CTL_RUN_H

#include <netlink/msg.h>

/* Policy of port 2, in words; for the test to set. */
extern const char *ctl_run_policy;

/* How many requests the last command made, and what it printed. */
extern int ctl_run_n_requests;
extern char ctl_run_output[16384];

/** ctl_run() - run a command, words separated by blanks; its exit status */
int ctl_run(const char *line);

/** ctl_run_request() - the last request of the last command */
struct nlmsghdr *ctl_run_request(void);

/** ctl_run_forget() - release the requests; also a teardown of a test */
int ctl_run_forget(void **state);

#endif /* SEHUB_TESTS_CTL_RUN_H */
