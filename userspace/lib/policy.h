/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a port may do, and its form in words:
 *
 *	deny,no-resume,dhcp-force,max-ip=N,max-mac=N,no-ip-dup,no-mac-dup,
 *	no-broadcast[=all or some of arp+nd+dhcp],no-dhcp-server,filter-dhcp,
 *	no-ra,isolation=N,rate-up=RATE[/BURST],rate-down=RATE[/BURST],
 *	broadcast-rate=N,deny-type=TYPE[+TYPE]...,identity=N
 *
 * in any order and without blanks, or "none". What is not named is off. Pure.
 */
#ifndef SEHUB_LIB_POLICY_H
#define SEHUB_LIB_POLICY_H

#include <stdint.h>

#include <linux/sehub.h>

#include "err.h"

/* Longest form in words, with NUL. */
#define SEHUB_POLICY_STRLEN	1024

/**
 * struct sehub_policy - what a port may do; all zero: everything
 * @flags: SEHUB_POLICY_FLAG_*
 * @max_ip: most IP addresses of each kind (IPv4, IPv6 link-local, other IPv6),
 *	0 no limit
 * @max_mac: most MAC addresses, 0 no limit; the kernel keeps it as the port's
 *	fdb-max, beside the policy
 * @isolation: isolation group, 0 none
 * @rate_up: bytes in a second that may enter the hub, 0 no limit
 * @rate_down: bytes in a second that may leave it, 0 no limit
 * @burst_up: bytes that may enter at once, 0: as the kernel likes
 * @burst_down: bytes that may leave at once, 0: as the kernel likes
 * @broadcast_rate: frames to groups in a second, 0 no limit
 * @n_deny: how many EtherTypes are denied
 * @deny_type: these, in ascending order
 * @identity: whose port it is, 0 unknown
 */
struct sehub_policy {
	uint32_t flags;
	uint32_t max_ip;
	uint32_t max_mac;
	uint32_t isolation;
	uint64_t rate_up;
	uint64_t rate_down;
	uint32_t burst_up;
	uint32_t burst_down;
	uint32_t broadcast_rate;
	uint32_t n_deny;
	uint16_t deny_type[SEHUB_DENY_TYPE_MAX];
	uint64_t identity;
};

/** sehub_policy_flag_name() - flag of bit @bit, "dhcp-force"; NULL: none */
const char *sehub_policy_flag_name(unsigned int bit);

/**
 * sehub_policy_parse() - a policy from words
 * @words: form in words
 * @policy: filled; left alone on failure
 * @err: filled on failure: which word is wrong, and what to write
 * Return: 0 or -EINVAL.
 */
int sehub_policy_parse(const char *words, struct sehub_policy *policy,
		       struct sehub_err *err);

/**
 * sehub_policy_format() - a policy in words, each policy in one way
 * @policy: policy
 * @buf: where to put them
 * Return: @buf.
 */
char *sehub_policy_format(const struct sehub_policy *policy,
			  char buf[SEHUB_POLICY_STRLEN]);

/**
 * struct sehub_policy_word - a word, for people
 * @name: "max-ip"
 * @value: what follows it, "=N", in brackets where it may; NULL: nothing
 * @doc: one line
 */
struct sehub_policy_word {
	const char *name;
	const char *value;
	const char *doc;
};

/** sehub_policy_word() - the words, counted from 0; NULL: no more */
const struct sehub_policy_word *sehub_policy_word(unsigned int i);

/**
 * sehub_policy_deny() - deny an EtherType
 * @policy: policy
 * @type: EtherType
 * Return: 0, -EEXIST, or -ENOSPC beyond %SEHUB_DENY_TYPE_MAX.
 */
int sehub_policy_deny(struct sehub_policy *policy, uint16_t type);

#endif /* SEHUB_LIB_POLICY_H */
