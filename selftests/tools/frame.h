/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames from templates, and what can be said about received ones. A template
 * always makes the same bytes, so a receiver compares whole frames and no test
 * has to carry them from one tool to the other.
 *
 * A template is a list of words:
 *   dst=MAC src=MAC     default: broadcast, or what belongs to an IP group;
 *                       02:00:00:00:00:01
 *   tag=VID stag=VID qtag=VID   an 802.1Q, 802.1ad or 0x9100 tag, repeatable
 *   snap snap=OUI       behind a length, an LLC and a SNAP header
 *   len=N               length of the frame, default 60, longer if need be
 *   seq=N               selects the payload, default 0
 *   type=0xNNNN ipx llc what follows; default type=0x88b5
 *   hex=...             these bytes and nothing else
 *   pad=N cut=N         N bytes more behind the frame; its first N bytes only
 *   poke=OFFSET:HEX     bytes put into the finished frame, repeatable
 *
 *   arp                 op=N sha=MAC spa=IP tha=MAC tpa=IP
 *   ip4 ip6 raw4 raw6   IP packets; sip=IP dip=IP ttl=N proto=N iplen=N
 *   opts=HEX            options of the IPv4 header
 *   ext=NAME[:BYTES]    IPv6 extension header: hop rt frag ah dst mh hip shim6,
 *                       repeatable, in this order
 *   frag=OFFSET[:LEN]   the fragment with these bytes of the packet
 *   tcp4 tcp6 udp4 udp6 sport=N dport=N tcpflags=N
 *   mss=N               TCP: a super-frame to be cut into such segments
 *   partial             TCP and UDP: the checksum is left to the receiver
 *   echo4 echo6 redirect4       icmp=TYPE code=N gw=IP
 *   rs ra ns na redirect6       target=IP lladdr=MAC|none flags=rso
 *   dhcp=discover offer request decline ack nak release inform
 *                       chaddr=MAC ciaddr=IP yiaddr=IP giaddr=IP requested=IP
 *                       server=IP lease=N nolease op=N opt=CODE:HEX
 *   dhcp6=solicit advertise request confirm renew rebind reply release decline
 *                       reconfigure inform relay-forw relay-repl; chaddr=MAC
 *
 * Lengths and checksums are right unless a word says otherwise; what is cut,
 * poked or not the first fragment keeps those of the whole.
 */
#ifndef SEHUB_SELFTEST_FRAME_H
#define SEHUB_SELFTEST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX	65536
#define VNET_LEN	10

/* A virtio_net_hdr in host byte order. */
struct vnet {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t hdr_len;
	uint16_t gso_size;
	uint16_t csum_start;
	uint16_t csum_offset;
};

struct frame {
	struct vnet vnet;
	uint32_t len;
	uint8_t data[];
};

/* Received frames, in order. */
struct inbox {
	struct frame **frames;
	unsigned int count;
	unsigned int room;
};

struct frame *frame_new(const void *data, uint32_t len,
			const struct vnet *vnet);
struct frame *frame_copy(const struct frame *frame);

/** frame_build() - make a frame; NULL after saying why on stdout */
struct frame *frame_build(char **words, int count);

void vnet_put(uint8_t *p, const struct vnet *vnet);
void vnet_get(const uint8_t *p, struct vnet *vnet);

/** frame_print() - one line that describes a frame, without newline */
void frame_print(const struct frame *frame);

/** frame_parse_mac() - six hexadecimal bytes separated by colons */
bool frame_parse_mac(const char *word, uint8_t mac[6]);

/** frame_parse_hex() - hexadecimal digits; Return: bytes, or -1 */
int frame_parse_hex(const char *word, uint8_t *data, size_t room);

void inbox_add(struct inbox *inbox, struct frame *frame);
void inbox_clear(struct inbox *inbox);
void inbox_print(const struct inbox *inbox);

/** inbox_count() - frames equal to @frame in every byte, or all if NULL */
unsigned int inbox_count(const struct inbox *inbox, const struct frame *frame);

/**
 * inbox_stream() - check that the frames received are the one sent, cut
 * @inbox: received frames
 * @sent: the TCP super-frame that was sent
 * @pieces: number of frames expected, 0 for any
 * @why: receives what is wrong
 *
 * Headers, lengths, sequence numbers, every byte of payload, the checksum of
 * the IPv4 header and the TCP checksum, in full or as what is left to do.
 */
bool inbox_stream(const struct inbox *inbox, const struct frame *sent,
		  unsigned int pieces, char why[static 128]);

#endif
