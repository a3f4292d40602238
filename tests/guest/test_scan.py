#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A module leaves orphans, and holds others in every way there is: the scan must tell them apart."""
import json
import math

from guest import boot, is_arm64, main, module

SCRIPT = """
insmod /kleak_hold.ko
kleak --json --interval 2 --scan=3 --show-objects --origin slab,vmalloc,percpu,pages > /tmp/out 2> /tmp/err &
tracer=$!
while [ ! -s /tmp/out ]; do sleep 0.1; done
sh -c "echo make > /proc/kleak_hold"    # a process that goes, and its stack with it
field() { # of the last report's scan; 0: there was none
    n=$(tail -n 1 /tmp/out | sed -n "s/.*\\"scan\\":{[^}]*\\"$1\\":\\([0-9]*\\).*/\\1/p")
    echo ${n:-0}
}
blind() { tail -n 1 /tmp/out | grep -q "$1"; } # on arm64: see is_blind()
expected() { # how many will be found of those whose names hold one of these words
    never="^$"
    blind "scans do not find compound pages" && never="$never|orphan_page_"
    blind "scans miss what only free per-CPU memory refers to" && never="$never|lost_percpu_"
    grep -vE "$never" /tmp/made | awk -F: "/$1/ { n += \\$3 } END { print n }"
}
scanned() { # until there are N orphans, or no more than five passes ago; then three passes more
    sleep 6
    found=-1 since=$(field passes)
    until [ $found = $1 ] || [ "$(field passes)" -gt $((since + 5)) ]; do
        now=$(field unreferenced_objects)
        [ $now = $found ] || { found=$now; since=$(field passes); }
        sleep 0.5
        kill -0 $tracer || exit 1
    done
    from=$(field passes)
    while [ "$(field passes)" -lt $((from + 3)) ]; do sleep 0.5; done
    tail -n 1 /tmp/out
}
cat /proc/kleak_hold > /tmp/made
scanned $(expected orphan)
echo ---
cat /tmp/made
echo ---
kleak census --json --cache kmalloc-192,kmalloc-256 2>> /tmp/err
echo ---
rmmod kleak_hold
scanned $(expected "orphan|lost")
echo ---
kill -USR2 $tracer
until [ "$(field acknowledged)" -gt 0 ]; do
    sleep 0.5
    kill -0 $tracer || exit 1
done
kill -INT $tracer; wait $tracer
tail -n 1 /tmp/out
cat /tmp/err >&2
"""


def name_of(site):
    return (site["stack"][0]["symbol"] or "").split(".")[0] if site["stack"] else ""


def unreferenced(report):
    """{function: objects}, of every site that has any."""
    found = {}
    for site in report["sites"]:
        if site["unreferenced_objects"]:
            found[name_of(site)] = found.get(name_of(site), 0) + site["unreferenced_objects"]
    return found


# Memory in use may hold a word that was left there, a pointer to memory that has been freed and is
# one of ours by now: it hides that one (kmemleak's as well), and with it what that one leads to.  Six were hidden
# once: two by words on the stack of a task that sleeps, four by words in pages of the kernel and in kmalloc-2k.
MOST_HIDDEN = 8
LINKED = {"kleak_orphan_cycle": 3, "kleak_orphan_chain": 2, "kleak_orphan_page_chain": 2, "kleak_orphan_page_block": 8}  # objects that lead to each other


def hiding_words(expected, found):
    """The fewest words that explain what was not found."""
    return sum(math.ceil((n - found.get(name, 0)) / LINKED.get(name, 1)) for name, n in expected.items())


def check_found(report, expected, may):
    """All that is expected is found, and none but what may be."""
    found = unreferenced(report)
    extra = {name: n for name, n in found.items() if n > may.get(name, 0)}
    assert not extra, differences(report, expected)
    assert hiding_words(expected, found) <= MOST_HIDDEN, differences(report, expected)


def check_objects(report):
    """What is listed has an address, and the bytes of a zeroed object."""
    for site in report["sites"]:
        objects = site["unreferenced_list"]
        assert len(objects) == min(site["unreferenced_objects"] or 0, 20), site
        for o in objects:
            assert o["bytes"] * site["objects"] == site["bytes"] or site["origin"] == "vmalloc", o
            assert o["age_s"] >= 5, o
            if name_of(site) == "kleak_orphan_kmalloc":
                assert o["first_bytes"] == "00" * 32, o
    assert len({o["addr"] for s in report["sites"] for o in s["unreferenced_list"]}) == \
        sum(len(s["unreferenced_list"]) for s in report["sites"])


def is_blind(version, report, words):
    """The report says so, which it may on arm64 alone: its kernels do not tell where variables are."""
    blind = any(spot.startswith(words) for spot in report["blind_spots"])
    assert not blind or is_arm64(version), report["blind_spots"]
    return blind


def without(made, start):
    return {name: n for name, n in made.items() if not name.startswith(start)}


def orphans_alone_are_unreferenced(version):
    loaded, made, census, unloaded, acknowledged = (
        # KFENCE's own books refer to what it guards
        boot(version, SCRIPT, "--append", "kfence.sample_interval=0", "--add", f"{module(version, 'kleak_hold')}:/kleak_hold.ko")
        .split("---\n"))
    made = {m["function"]: m["objects"] for m in map(json.loads, made.splitlines())}
    assert len(made) >= 43 and all(made.values()), made
    orphans = {name: n for name, n in made.items() if name.startswith("kleak_orphan")}
    lost = {name: n for name, n in made.items() if name.startswith("kleak_lost")}

    report = json.loads(loaded)
    print("#", {k: v for k, v in report["scan"].items()})
    expected = orphans
    if is_blind(version, report, "scans do not find compound pages"):
        expected = without(expected, "kleak_orphan_page_")
    check_found(report, expected, orphans)
    check_objects(report)
    # first of all
    assert all(s["unreferenced_objects"] for s in report["sites"][:len(unreferenced(report))])

    check_census(json.loads(census), made)

    report = json.loads(unloaded)
    expected = {**expected, **lost}
    if is_blind(version, report, "scans miss what only free per-CPU memory refers to"):
        expected = without(expected, "kleak_lost_percpu_")
    check_found(report, expected, {**orphans, **lost})

    # what a word hid until then may be found since
    hidden = {name: n - unreferenced(report).get(name, 0) for name, n in {**orphans, **lost}.items()}
    report = json.loads(acknowledged)
    late = {name: n for name, n in unreferenced(report).items() if n > hidden.get(name, 0)}
    assert not late, (late, hidden)
    assert report["scan"]["acknowledged"] >= sum(expected.values()) - MOST_HIDDEN * max(LINKED.values())


def check_census(census, made):
    """The module's timers and work items are told by the functions that their objects hold."""
    nodes = sum(n for name, n in made.items()
                if name.split("_", 1)[1] in NODES)
    found = {}
    for cache in census["caches"]:
        for word in cache["words"]:
            found[word["symbol"]] = (cache, word)
    for function, kind in (("in_timer [kleak_hold]", "held_timer"), ("in_work [kleak_hold]", "held_work")):
        cache, word = found[function]
        assert word["objects"] == made["kleak_" + kind], (word, made)
        assert word["symbol_offset"] == 0 and cache["objects"] >= nodes, (cache, nodes)


NODES = ("orphan_self", "orphan_cycle", "orphan_chain", "lost_list", "held_timer", "held_work",
         "held_list", "held_rbtree", "held_chain")


def differences(report, expected):
    """Function: found, expected, who holds the rest."""
    found = unreferenced(report)
    return "\n".join(
        f"{name_of(s)} {s['cache']}: {s['unreferenced_objects']}, expected {expected.get(name_of(s), 0)}, "
        f"{s['held_by']}" for s in report["sites"]
        if found.get(name_of(s), 0) != expected.get(name_of(s), 0))


if __name__ == "__main__":
    main(orphans_alone_are_unreferenced, kernels=["6.12"])
