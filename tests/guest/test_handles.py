#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Whose handle is it, on older kernels: open files by the iterator and by /proc, cgroups that were removed."""
from guest import boot, main

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
handles iterator 15 2 0 do_eventfd > /iterator &
handles proc 15 2 0 do_eventfd > /proc_ &
handles iterator 15 0.7 0 mem_cgroup_css_alloc cgroup_mkdir > /cgroups &
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
wait %2 %3
for out in /iterator /proc_ /cgroups; do echo ---; cat $out; done
"""


def first_answer(text):
    """Kind, whether it is sure, and the line for people."""
    lines = [line.split(" ", 6) for line in text.splitlines() if line.startswith("explains ")]
    assert lines, text
    return lines[0][1], lines[0][4] == "1", lines[0][6]


def holders_are_found(version):
    out = boot(version, SCRIPT, "--add", "build/live-load:/bin/load", "--add", "build/live-handles:/bin/handles")
    iterator, proc, cgroups = out.split("---\n")[1:]
    for text in (iterator, proc):
        kind, sure, words = first_answer(text)
        assert kind == "eventfd" and sure and words.startswith("HELD BY load["), text
    kind, sure, words = first_answer(cgroups)
    assert kind == "offline_cgroup" and sure, cgroups
    assert words.endswith("pinned by files in the tmpfs at /pinned"), cgroups


if __name__ == "__main__":
    main(holders_are_found)
