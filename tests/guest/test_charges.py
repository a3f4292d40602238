#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Whom the kernel's memory is charged to, to the object; what dead cgroups hold, and what holds them."""
import json

from guest import at_least, boot, built, check_schema, main

# Two processes in cgroups of their own allocate known numbers.  Three cgroups are removed whose memory stays: pages of two
# files in a tmpfs, and a process's sockets, which has moved.
SCRIPT = """
mkdir -p /pinned
mount -t tmpfs none /pinned || exit 1
[ -e /sys/fs/cgroup/cgroup.stat ] || mount -t cgroup2 none /sys/fs/cgroup || exit 1
cd /sys/fs/cgroup
echo +memory > cgroup.subtree_control || exit 1
mkdir "one two" outer
echo +memory > outer/cgroup.subtree_control
mkdir outer/inner gone1 gone2 gone3
mkfifo /do1 /done1 /do2 /done2 /do3 /done3
start() { sh -c "echo 0 > '$1/cgroup.procs'; exec load" < /do$2 > /done$2 & }
ask() { echo "$1" >&$2; read answer <&$3; [ "$answer" = ok ] || exit 1; }
start "one two" 1; exec 3> /do1 4< /done1; read answer <&4
start outer/inner 2; exec 5> /do2 6< /done2; read answer <&6
start gone3 3; three=$!; exec 7> /do3 8< /done3; read answer <&8
kleak census --by-cgroup --json
ask "queue 300" 3 4; ask "eventfd 200" 3 4
ask "socket 250" 5 6; ask "map 3" 5 6
kleak census --by-cgroup --json
for n in 1 2; do
    mkdir -p /pinned/d$n
    sh -c "echo 0 > gone$n/cgroup.procs; dd if=/dev/zero of=/pinned/d$n/f bs=4096 count=$((n * 5)) 2> /dev/null"
    rmdir gone$n || exit 1
done
ask "socket 40" 7 8
echo $three > cgroup.procs
rmdir gone3 || exit 1
sleep 1
kleak census --zombies --json
kleak census --zombies
kleak census --by-cgroup --top 3
"""

# What others allocate for a cgroup: events of an inotify that nobody reads, per-CPU memory of cgroups that are made below
# it; and what processes of another one allocate for it.
OTHERS = """
[ -e /sys/fs/cgroup/cgroup.stat ] || mount -t cgroup2 none /sys/fs/cgroup || exit 1
cd /sys/fs/cgroup
echo +memory > cgroup.subtree_control || exit 1
mkdir -p /tmp watcher maker outer
echo +memory > outer/cgroup.subtree_control
mkfifo /do1 /done1
sh -c "echo 0 > watcher/cgroup.procs; exec load" < /do1 > /done1 & exec 3> /do1 4< /done1; read answer <&4
echo "watch 1" >&3; read answer <&4; [ "$answer" = ok ] || exit 1
make_files() { sh -c "echo 0 > maker/cgroup.procs; for n in $(seq -s ' ' 300); do : > /tmp/$1\\$n; done"; }
traced() { name=$1; shift; kleak "$@" > /$name & pid=$!; until [ -s /$name ]; do sleep 0.2; done; }
end() { kill -INT $pid; wait $pid; tail -n 1 /$name; }
traced one --json --interval 1 --charged-to /sys/fs/cgroup/watcher
make_files a; end
traced two --json --interval 1 --cgroup /sys/fs/cgroup/maker
make_files b; end
traced three --json --interval 1 --charged-to /outer
for n in 1 2 3 4 5 6; do mkdir outer/$n; done; end
kleak run --json --charged-to /sys/fs/cgroup/outer -- mkdir outer/7 outer/8
echo text
traced four --interval 1 --top 0 --stacks --charged-to /sys/fs/cgroup/watcher
make_files c; kill -INT $pid; wait $pid; cat /four
"""

# Sockets of connections, which packets make in interrupts; who accepts them is charged from then on.
SOCKETS = """
[ -e /sys/fs/cgroup/cgroup.stat ] || mount -t cgroup2 none /sys/fs/cgroup || exit 1
cd /sys/fs/cgroup
echo +memory > cgroup.subtree_control || exit 1
mkdir server client
ip link set lo up || exit 1
mkfifo /do1 /done1 /do2 /done2
start() { sh -c "echo 0 > '$1/cgroup.procs'; exec load" < /do$2 > /done$2 & }
ask() { echo "$1" >&$2; read answer <&$3; [ "$answer" = ok ] || exit 1; }
start server 1; exec 3> /do1 4< /done1; read answer <&4
start client 2; exec 5> /do2 6< /done2; read answer <&6
grep -c ' kmem_cache_charge$' /proc/kallsyms
ask "listen 1" 3 4
reports() { wc -l < /reports; }
more() { n=$(($(reports) + 2)); until [ $(reports) -ge $n ]; do sleep 0.2; done; tail -n 1 /reports; }
kleak --json --interval 1 --by-cgroup > /reports & pid=$!
until [ -s /reports ]; do sleep 0.2; done
ask "connect 200" 5 6; more
ask "accept 200" 3 4; more
kill -INT $pid; wait $pid
"""


def of(charges, path):
    """What a cgroup is charged with: objects by cache, bytes by kind."""
    group = [g for g in charges["cgroups"] if g["path"] == path]
    assert len(group) == 1, (path, [g["path"] for g in charges["cgroups"]])
    return ({c["name"]: c["objects"] for c in group[0]["caches"]},
            {kind: its["bytes"] for kind, its in group[0]["charged"].items()})


def grown(before, after, path):
    """By how many objects each of its caches grew, by how many bytes each kind."""
    was, now = of(before, path), of(after, path)
    return ({c: n - was[0].get(c, 0) for c, n in now[0].items()}, {k: n - was[1][k] for k, n in now[1].items()})


def check_growth(before, after):
    caches, _ = grown(before, after, "/one two")
    assert caches["filp"] == 200 and 300 in caches.values(), caches
    caches, kinds = grown(before, after, "/outer/inner")
    assert caches["filp"] == 253 and caches["sock_inode_cache"] == 250, caches  # a map is a file, too
    assert 3 << 20 <= kinds["pages"] <= (3 << 20) + 65536, kinds
    for path in "/one two", "/outer/inner":
        assert of(after, path)[1]["percpu"] >= 0 and after["percpu_known"], after


def check_zombies(zombies, version):
    dead = {z["path"].split(" ")[0]: z for z in zombies["cgroups"]}
    if not at_least(version, 7, 1):
        for n in 1, 2:
            its = dead[f"/gone{n}"]
            file = [f for f in its["files"] if f["kind"] == "shmem"]
            assert its["charged"]["shmem"] == n * 5 * 4096, its
            assert [(f["fs"], f["path"], f["removed"]) for f in file] == [("tmpfs", f"/d{n}/f", False)], its
            assert file[0]["references"] == n * 5 and its["held_by"]["unknown"] == 0, its
            assert 0 <= its["age_s"] < 600, its
    its = dead["/gone3"]
    assert its["held_by"]["sockets"] == 40 and its["held_by"]["unknown"] == 0, its
    assert its["charged"]["slab"] == 0, its  # they went over to its parent
    assert zombies["slab_bytes_each"] > 2000 and zombies["percpu_bytes_each"] > 500, zombies


def charges_are_known(version):
    out = boot(version, SCRIPT, "--add", f"{built(version, 'live-load')}:/bin/load")
    lines = out.splitlines()
    before, after, zombies = (check_schema(name, line + "\n") for line, name in
                              zip(lines, ("charges", "charges", "zombies")))
    check_growth(before, after)
    check_zombies(zombies, version)
    text = "\n".join(lines[3:])
    assert "dead memory cgroup" in text and "/one two" in text, text


def at(report, function, origin="slab"):
    """Sites near whose allocation the function is: of slabs' own vectors it is far away."""
    sites = [s for s in report["sites"] if s["origin"] == origin and function in [f["symbol"] for f in s["stack"][:3]]]
    assert sites, (function, [(s["origin"], s["stack"][:3]) for s in report["sites"]])
    return sites


def check_events(report):
    """300 events that processes in /maker made for /watcher."""
    (site,) = at(report, "inotify_handle_inode_event")
    assert site["objects"] == 300, site
    charged = site["charged"]
    assert charged["looked_at"] == 64, charged
    assert charged["cgroups"] == [{"cgroup": "/watcher", "objects": 64, "allocated_elsewhere": True}], charged
    return site


def check_counters(report, least):
    """A cgroup is charged to the one above it, its per-CPU counters among it; the shell is in the root."""
    counters = [s["charged"] for s in at(report, "mem_cgroup_css_alloc", "percpu")]
    assert sum(c["to_filter"] for c in counters) >= least, counters
    for c in counters:
        assert c["cgroups"] == [{"cgroup": "/outer", "objects": c["looked_at"], "allocated_elsewhere": True}], c


def check_others(lines):
    to_watcher, by_maker, to_outer, left = (check_schema("report", line + "\n") for line in lines)
    site = check_events(to_watcher)
    assert [w["cgroup"] for w in site["who"]] == ["/maker"] and site["charged"]["to_filter"] == 64, site
    assert not to_watcher["charged_to"]["unknown_sites"], to_watcher["charged_to"]
    check_events(by_maker)
    assert by_maker["charged_to"] is None
    check_counters(to_outer, 6)
    check_counters(left, 2)
    assert all(s["charged"]["to_filter"] for r in (to_watcher, to_outer, left) for s in r["sites"])


def charges_of_others_are_known(version):
    out = boot(version, OTHERS, "--add", f"{built(version, 'live-load')}:/bin/load")
    reports, text = out.split("text\n", 1)
    check_others([line for line in reports.splitlines() if line.startswith("{")])
    assert "charged to /sys/fs/cgroup/watcher: about " in text, text
    assert "100% in /maker, charged to it: 64 of 64 objects looked at" in text, text


def of_interrupts(report):
    """The site at which a packet makes the socket of a connection: whom its objects are charged to."""
    sites = [s for s in report["sites"] if any(f["symbol"] == "tcp_check_req" for f in s["stack"]) and s["objects"] == 200
             and s["cache"] == "TCP"]
    assert sites, [(s["cache"], s["objects"], [f["symbol"] for f in s["stack"]][:6]) for s in report["sites"][:30]]
    assert {w["context"] for s in sites for w in s["who"]} == {"interrupt"}, sites
    return [s["charged"] for s in sites]


def check_sockets(before, after, charges_later):
    (waiting,), (accepted,) = of_interrupts(before), of_interrupts(after)
    assert waiting["looked_at"] == waiting["nobody"] == 64 and not waiting["cgroups"], waiting
    if charges_later:
        (group,) = accepted["cgroups"]
        assert group == {"cgroup": "/server", "objects": 64, "allocated_elsewhere": True}, accepted
    else:
        assert accepted["nobody"] == 64, accepted
    was, now = ({row["cgroup"]: row["objects"] for row in r["by_cgroup"]} for r in (before, after))
    # each connection is a socket, an inode, a dentry and a file
    expected = (4 if charges_later else 3) * 200
    assert was.get("/server", 0) < 20 and expected <= now["/server"] < expected + 20, (was, now)


def what_interrupts_allocate_is_charged(version):
    out = boot(version, SOCKETS, "--add", f"{built(version, 'live-load')}:/bin/load")
    lines = out.splitlines()
    before, after = (check_schema("report", line + "\n") for line in lines if line.startswith("{"))
    check_sockets(before, after, int(lines[0]))


if __name__ == "__main__":
    main(charges_are_known, charges_of_others_are_known, what_interrupts_allocate_is_charged, kernels=["6.12"])
