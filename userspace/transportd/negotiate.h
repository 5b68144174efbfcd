/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that makes a stream through an HTTP proxy which wants Negotiate,
 * with a ticket of Kerberos. It has nothing from the daemon but words, and may
 * wait as long as it takes.
 */
#ifndef SEHUB_TRANSPORTD_NEGOTIATE_H
#define SEHUB_TRANSPORTD_NEGOTIATE_H

/* First argument of the daemon's program when it is to be this process. */
#define NEGOTIATE_WORD	"negotiate"
/* Exit status: trying again would not help; 1: it may. */
#define NEGOTIATE_FINAL	2

/**
 * negotiate_use_keytab() - whose key later processes are to have
 * @keytab: file; NULL: as the environment, or else Kerberos, says
 * @directory: where tickets are kept that were got by @keytab
 *
 * By the environment, which threads of the caller must not use yet.
 * Return: 0 or -ENOMEM.
 */
int negotiate_use_keytab(const char *keytab, const char *directory);

/**
 * negotiate_main() - be the process
 * @argc: of @argv
 * @argv: host and port of the server, way to it, source, milliseconds it may
 *	take
 *
 * The connected socket goes to standard output, which is a socket, too. A line
 * on standard error says what is waited for, another one why there is no
 * connection.
 * Return: exit status.
 */
int negotiate_main(int argc, char **argv);

#endif /* SEHUB_TRANSPORTD_NEGOTIATE_H */
