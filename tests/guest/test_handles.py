#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Whose handle is it, on older kernels: open files by the iterator and by /proc, cgroups that were removed."""
from guest import at_least, boot, built, main

SECONDS = "30"  # guests are slow

# A file in a tmpfs is charged to the cgroup that its writer is in.  How much a guest gets done in a second is
# chance: the questions are of sites that make a part of the handles.
SCRIPT = """
mkfifo /do /done
load < /do > /done &
exec 3> /do 4< /done
read answer <&4
mkdir -p /pinned
mount -t tmpfs none /pinned || exit 1
[ -e /sys/fs/cgroup/cgroup.stat ] || mount -t cgroup2 none /sys/fs/cgroup || exit 1
echo +memory > /sys/fs/cgroup/cgroup.subtree_control || exit 1
handles proc SECONDS 2 0 do_eventfd > /eventfds &
handles iterator SECONDS 0.5 0 mem_cgroup_css_alloc cgroup_mkdir > /cgroups &
n=0
while kill -0 $! 2> /dev/null; do
    n=$((n + 1)); at=/sys/fs/cgroup/c$n
    mkdir $at
    sh -c "echo 0 > $at/cgroup.procs; echo x > /pinned/$n"
    rmdir $at
    echo "eventfd 5" >&3
    read answer <&4
    sleep 0.25
done
wait %2
cat /eventfds; echo ---; cat /cgroups
"""


def first(text, word, kind=""):
    """The first line of that word, of the kind: kind, whether it is sure, the words for people."""
    lines = [line.split(" ", 6) for line in text.splitlines() if line.startswith(f"{word} {kind}")]
    assert lines, text
    return lines[0][1], lines[0][4] == "1", lines[0][6]


def holders_are_found(version):
    out = boot(version, SCRIPT.replace("SECONDS", SECONDS), "--add", f"{built(version, 'live-load')}:/bin/load",
               "--add", f"{built(version, 'live-handles')}:/bin/handles")
    eventfds, cgroups = out.split("---\n")
    kind, sure, words = first(eventfds, "explains")
    # an eventfd is an open file, and counts of both are of moments
    assert kind in ("eventfd", "file") and sure and words.startswith("HELD BY load["), eventfds
    kind, _, words = first(cgroups, "grows", "eventfd")
    assert words.startswith("HELD BY load["), cgroups
    # There a page belongs to an obj_cgroup, which goes over to the parent: no file holds a removed cgroup.
    if at_least(version, 7, 3):
        assert "offline_cgroup" not in cgroups, cgroups
        return
    kind, sure, words = first(cgroups, "explains")
    assert kind == "offline_cgroup" and sure, cgroups
    assert words.endswith("pinned by files in the tmpfs at /pinned"), cgroups


if __name__ == "__main__":
    main(holders_are_found, kernels=["6.12"])
