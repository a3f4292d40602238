// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket that the kernel makes for itself is lost when connecting fails: no process has it.
 *
 * Source: "net/smc: Fix sock leak when release after smc_shutdown()", 2022, reported by syzbot.
 */
#include "leak.h"

#include <linux/in.h>
#include <linux/net.h>
#include <net/net_namespace.h>

static noinline int socket_connect(void)
{
	struct socket *sock;
	int err = sock_create_kern(&init_net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &sock);

	if (err)
		return err;
	leak_lose(sock);
	return 0;
}

LEAK_ON_WRITE(socket_connect, "a kernel socket lost");
