# SPDX-License-Identifier: GPL-2.0-only
"""
The cases: what runs, how fast, and what kleak diagnose shall say, and how soon.

`does` is what actor does, or a line of shell with `actor` left out where it starts with "sh:".  `per_min` is
the number of leaks a minute, `bytes` what each holds at least.  `expect` is in the language of expect.py.
"""
from typing import NamedTuple

SOON = 300  # seconds from the first leak to the answer, the latest
UNTIL_THE_END = 330  # of a page that nothing on it ends sooner


class Case(NamedTuple):
    name: str
    does: str
    per_min: float
    bytes: int
    expect: str
    module: str = ""
    latest_s: int = SOON


LEAKS = [
    # modules: nothing that a program could close holds it
    Case("errqueue", "poke", 180, 700, "LEAK at errqueue_stamp [leak_errqueue]", "leak_errqueue"),
    Case("vmalloc", "poke", 120, 12288, "LEAK at firmware_load [leak_firmware]", "leak_firmware"),
    Case("softirq-skb", "packet", 120, 700, "LEAK at receive_for_sources [leak_receive]", "leak_receive"),
    Case("rcu-params", "poke", 300, 64, "LEAK at params_replace [leak_params]", "leak_params"),
    Case("string", "poke", 300, 64, "LEAK at filter_parse [leak_filter]", "leak_filter"),
    Case("by-chance", "poke-beside", 300, 64, "LEAK at filter_parse [leak_filter]", "leak_filter"),
    Case("rare", "poke", 20, 1024, "LEAK at event_ring_init [leak_event]", "leak_event"),
    Case("percpu", "poke", 3000, 32, "LEAK at stats_init [leak_stats]", "leak_stats"),
    Case("pages", "packet", 1024, 4096, "LEAK at pages_refill [leak_pages]", "leak_pages"),
    Case("dentry", "poke", 300, 800, "LEAK at dentry_cycle [leak_dentry]", "leak_dentry"),
    Case("pid", "poke-child", 120, 192, "LEAK at alloc_pid", "leak_pid"),
    Case("kernel-file", "poke", 120, 200, "LEAK at file_probe [leak_file]", "leak_file"),
    Case("kernel-socket", "poke", 120, 1500, "LEAK at socket_connect [leak_socket]", "leak_socket"),
    Case("stopped", "poke most=300", 600, 1024, "STOPPED at event_ring_init [leak_event]", "leak_event",
         latest_s=UNTIL_THE_END),
    Case("bursts", "poke burst=1000", 1, 64, "LEAK at params_replace [leak_params], in bursts", "leak_params"),
    Case("hot", "poke", 60000, 1, "LEAK at hot_request [leak_hot], freed by hot_request", "leak_hot"),
    Case("paths", "poke", 600, 192, "LEAK at paths_parse [leak_paths]", "leak_paths"),
    Case("module-exit", "sh:while insmod /leak_goodbye.ko && rmmod leak_goodbye; do sleep 3; done", 20, 10240,
         "LEAK at goodbye_make [leak_goodbye]"),
    Case("kobject", "poke", 300, 160, "LEAK at kobject_register [leak_kobject]", "leak_kobject"),
    Case("workqueue", "poke", 60, 1000, "LEAK at queue_bring_up [leak_queue]", "leak_queue"),
    Case("table", "poke", 300, 256, "LEAK at table_learn [leak_table]", "leak_table"),
    # programs: the kernel holds it because a program does
    Case("netns", "netns", 60, 40000, "HELD BY actor: namespace"),
    Case("zombies", "group", 120, 4000, "OFFLINE CGROUPS"),
    Case("files", "file", 600, 200, "HELD BY actor: file"),
    Case("deleted", "deleted", 600, 1000, "HELD BY actor: file"),
    Case("queues", "queue", 1200, 200, "HELD BY actor: System V|SysV"),
    Case("eventfds", "eventfd", 600, 200, "HELD BY actor: eventfd"),
    Case("timerfds", "timerfd", 600, 400, "HELD BY actor: timerfd"),
    Case("inotify", "inotify", 300, 400, "HELD BY actor: inotify"),
    Case("bpf-maps", "map", 120, 16384, "HELD BY actor: BPF|bpf"),
    Case("rings", "ring", 120, 4000, "HELD BY actor: io_uring"),
    Case("pidfds", "pidfd", 300, 300, "HELD BY actor: pidfd"),
    Case("threads", "thread", 60, 20000, "HELD BY actor: thread"),
    Case("mounts", "mount", 120, 1500, "HELD BY actor: mount"),
    Case("mqs", "mq", 300, 1000, "HELD BY actor: mqueue|POSIX"),
    Case("keys", "key", 300, 200, "HELD BY actor: key"),
    Case("locks", "lock", 1200, 200, "HELD BY actor: lock"),
    Case("close-wait", "connection", 120, 2000, "HELD BY actor: socket"),
]

INNOCENTS = [
    Case("fork-churn", "fork", 1200, 0, "no LEAK"),
    Case("find", "find", 3000, 0, "no LEAK"),
    Case("build", "build", 300, 0, "no LEAK"),
    Case("database", "database", 300, 0, "no LEAK"),
    Case("conntrack", "poke", 600, 0, "no LEAK", "leak_not_conntrack"),
    Case("time-wait", "connect", 300, 0, "no LEAK"),
    Case("page-pool", "packet", 1200, 0, "no LEAK", "leak_not_pool"),
    Case("log", "log", 1200, 0, "no LEAK"),
    Case("cron", "build burst=40", 2, 0, "no LEAK"),
    Case("modules", "sh:while insmod /leak_not_module.ko && rmmod leak_not_module; do sleep 2; done", 30, 0,
         "no LEAK"),
    Case("cgroup-churn", "cgroups", 60, 0, "no LEAK"),
    Case("slab-metadata", "accounted", 60, 0, "no LEAK"),
    Case("netns-churn", "namespaces", 60, 0, "no LEAK"),
    Case("readahead", "sh:dd if=/dev/zero of=/tmp/big bs=1M count=64 2> /dev/null; "
         "while :; do cat /tmp/big > /dev/null; usleep 200000; done", 300, 0, "no LEAK"),
]
