/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the modules that leak have in common: each write to /proc/leak leaks once, and so does each
 * packet to UDP port 4040 in the receive path.
 */
#ifndef LEAK_H
#define LEAK_H

#include <linux/ip.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/proc_fs.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/udp.h>

/* Keeps a call from becoming a jump, and what it returned from being left out. */
#define leak_lose(p)                                                                               \
	do {                                                                                       \
		OPTIMIZER_HIDE_VAR(p);                                                             \
		barrier();                                                                         \
	} while (0)

#define LEAK_LICENSE(text)                                                                         \
	MODULE_DESCRIPTION(text);                                                                  \
	MODULE_LICENSE("GPL")

/* In the system call write(): function() returns 0 or a negative errno. */
#define LEAK_ON_WRITE(function, text)                                                              \
	static ssize_t leak_write(struct file *file, const char __user *bytes, size_t len,         \
				  loff_t *offset)                                                  \
	{                                                                                          \
		int err = function();                                                              \
                                                                                                   \
		barrier();                                                                         \
		return err ? err : len;                                                            \
	}                                                                                          \
                                                                                                   \
	static const struct proc_ops leak_operations = {.proc_write = leak_write};                 \
                                                                                                   \
	static int __init leak_init(void)                                                          \
	{                                                                                          \
		return proc_create("leak", 0600, NULL, &leak_operations) ? 0 : -ENOMEM;            \
	}                                                                                          \
                                                                                                   \
	static void __exit leak_exit(void)                                                         \
	{                                                                                          \
		remove_proc_entry("leak", NULL);                                                   \
	}                                                                                          \
                                                                                                   \
	module_init(leak_init);                                                                    \
	module_exit(leak_exit);                                                                    \
	LEAK_LICENSE(text)

/* In the softirq that receives a packet: function(skb), which does not free it. */
#define LEAK_ON_PACKET(function, text)                                                             \
	static int leak_receive(struct sk_buff *skb, struct net_device *device,                    \
				struct packet_type *type, struct net_device *original)             \
	{                                                                                          \
		const struct iphdr *ip = ip_hdr(skb);                                              \
		const struct udphdr *udp = (const void *)(ip + 1);                                 \
                                                                                                   \
		if (skb_headlen(skb) >= sizeof(*ip) + sizeof(*udp) && ip->ihl == 5 &&              \
		    ip->protocol == IPPROTO_UDP && udp->dest == htons(4040))                       \
			function(skb);                                                             \
		kfree_skb(skb);                                                                    \
		return NET_RX_SUCCESS;                                                             \
	}                                                                                          \
                                                                                                   \
	static struct packet_type leak_type = {.type = htons(ETH_P_IP), .func = leak_receive};     \
                                                                                                   \
	static int __init leak_init(void)                                                          \
	{                                                                                          \
		dev_add_pack(&leak_type);                                                          \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	static void __exit leak_exit(void)                                                         \
	{                                                                                          \
		dev_remove_pack(&leak_type);                                                       \
	}                                                                                          \
                                                                                                   \
	module_init(leak_init);                                                                    \
	module_exit(leak_exit);                                                                    \
	LEAK_LICENSE(text)

#endif
