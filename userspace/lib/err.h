/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went wrong, for people. Every call of the library that can fail
 * returns 0 or -errno and, on failure, fills a caller-owned struct sehub_err
 * (NULL: not wanted). The text is complete without the caller's context and
 * is printed as it stands: lower case, no full stop, no newline.
 */
#ifndef SEHUB_LIB_ERR_H
#define SEHUB_LIB_ERR_H

/**
 * struct sehub_err - why a call failed
 * @code: -errno, what the call returned
 * @text: the kernel's or the daemon's own text where there is one
 * @attr: what the text is about, as far as known: the netlink attribute in the
 *	words of the specification ("port.fdb-max"), or the daemon's name of the
 *	error ("NotFound"); else empty
 */
struct sehub_err {
	int code;
	char text[256];
	char attr[64];
};

/**
 * sehub_err_set() - fill an error
 * @err: error to fill, may be NULL
 * @code: errno, of either sign
 * @fmt: printf format of the text
 * Return: -|@code|.
 */
int sehub_err_set(struct sehub_err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * sehub_err_errno() - fill an error with what and the text of an errno
 * @err: error to fill, may be NULL
 * @code: errno, of either sign
 * @what: what was tried, e.g. "cannot open /etc/passwd"
 * Return: -|@code|.
 */
int sehub_err_errno(struct sehub_err *err, int code, const char *what);

#endif /* SEHUB_LIB_ERR_H */
