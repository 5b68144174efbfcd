/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the network card of a connection is to be. Pure. */
#ifndef SEHUB_TRANSPORTD_CARD_H
#define SEHUB_TRANSPORTD_CARD_H

/**
 * enum card_kind - kinds of cards; the numbers are in databases
 * @CARD_AUTO: a hub where sehub.ko is loaded, else a TAP device; one that is
 *	there already stays what it is
 * @CARD_HUB: a hub
 * @CARD_TAP: a TAP device
 * @CARD_KINDS: how many
 */
enum card_kind {
	CARD_AUTO,
	CARD_HUB,
	CARD_TAP,
	CARD_KINDS,
};

/* "auto", "hub", "tap" */
const char *card_kind_name(enum card_kind kind);
/* Return: 0, or -EINVAL if @word is none of the names. */
int card_kind_parse(const char *word, enum card_kind *kind);

#endif /* SEHUB_TRANSPORTD_CARD_H */
