# SPDX-License-Identifier: GPL-2.0-only
"""
What nothing refers to: the module that the kernel has to try kmemleak, kmemleak's list and kleak's scan.

The module prints the address of all that it makes: that is the truth, and both lists are compared with it,
object by object, before it is unloaded and after.
"""
import json
import re

import sanitizers

# kmemleak and kleak look at the same moment.  Both wait until an object is 5 s old.
SCRIPT = """
%(exports)s
list=/sys/kernel/debug/kmemleak
field() { # of the last report's scan; 0: there was none
    n=$(tail -n 1 /tmp/out | sed -n "s/.*\\"scan\\":{[^}]*\\"$1\\":\\([0-9]*\\).*/\\1/p")
    echo ${n:-0}
}
passes() {
    from=$(field passes)
    while [ "$(field passes)" -lt $((from + $1)) ]; do
        sleep 0.5
        kill -0 $tracer || { cat /tmp/err /tmp/sanitizer.*; exit 1; }
    done
}
both() {
    sleep 7
    passes 4
    for scan in 1 2 3; do echo scan > $list; done
    cat $list
    echo ---
    passes 1
    tail -n 1 /tmp/out
    echo ---
}
mkfifo /do /done
load < /do > /done &
exec 3> /do 4< /done
say() { echo "$1" >&3; read answer <&4; }
read answer <&4
# what it finds of the boot is not asked for
for scan in 1 2 3; do echo scan > $list; done
echo clear > $list
kleak --json --interval 1 --scan=3 --show-objects > /tmp/out 2> /tmp/err &
tracer=$!
while [ ! -s /tmp/out ]; do
    sleep 0.5
    kill -0 $tracer || { cat /tmp/err /tmp/sanitizer.*; exit 1; }
done
for kind in queue message semaphore eventfd socket epoll timer; do say "$kind 200"; done
say "churn 5"
insmod /kmemleak-test.ko
say "churn 5"
both
rmmod kmemleak_test
say "churn 5"
both
dmesg | grep "kmemleak: .* = "
echo ---
say free
kill -INT $tracer
wait $tracer; echo "status $?"
cat /tmp/sanitizer.* 2> /dev/null
cat /tmp/err >&2
"""
MADE = re.compile(r"kmemleak: (.*) = (?:0x)?([0-9a-f]+)$", re.M)
LISTED = re.compile(r"^unreferenced object 0x([0-9a-f]+) \(size (\d+)\):\n(?: .*\n)*", re.M)
# These are held until the module goes.
HELD = ("kzalloc(sizeof(*elem))", "kmalloc(129)")


def of_kmemleak(text):
    """{address: its record}"""
    return {int(found[1], 16): found[0] for found in LISTED.finditer(text)}


def of_kleak(report):
    """{address: what is known of it}"""
    found = {}
    for site in report["sites"]:
        names = [frame["symbol"] or frame["addr"] for frame in site["stack"][:4]]
        for o in site["unreferenced_list"]:
            found[int(o["addr"], 16)] = f"{o['addr']} {o['bytes']} bytes of {site['cache']}: {' < '.join(names)}"
        assert len(site["unreferenced_list"]) == min(site["unreferenced_objects"] or 0, 20), site
    return found


def judge(state, expected, made, kmemleak, report):
    """One row: what each of them found of what it should, and what else."""
    kleak = of_kleak(report)
    row = {"state": state, "expected": len(expected), "kmemleak": len(expected & kmemleak.keys()),
           "kleak": len(expected & kleak.keys()), "kmemleak_else": len(kmemleak.keys() - expected),
           "kleak_else": len(kleak.keys() - expected), "objects": report["scan"]["objects"],
           "passes": report["scan"]["passes"], "read_bytes": report["scan"]["read_bytes"]}
    for who, missed in (("kmemleak", expected - kmemleak.keys()), ("kleak", expected - kleak.keys())):
        for address in sorted(missed):
            print(f"# {state}: {who} does not list {made[address]} = {address:#x}")
    for site in report["sites"]:
        ours = site["stack"] and site["stack"][0]["module"] == "kmemleak_test"
        if ours and site["held_by"] and site["held_by"]["holders"]:
            print(f"# {state}: references to {site['cache']} stand in {site['held_by']}")
    for address in sorted(kleak.keys() - expected):
        both = ", as kmemleak does" if address in kmemleak else ""
        print(f"# {state}: kleak lists, beside what was leaked{both}: {kleak[address]}")
    for address in sorted(kmemleak.keys() - expected - kleak.keys()):
        print(f"# {state}: kmemleak alone lists: {kmemleak[address]}")
    # A word that was left over somewhere hides an object, from both alike.
    row["behind"] = len(expected & kmemleak.keys() - kleak.keys())
    # what kmemleak calls unreferenced, too, is no false alarm: the leaked memory of a module, for one
    row["false"] = len(kleak.keys() - expected - kmemleak.keys())
    row["right"] = not row["behind"] and not row["false"]
    return row


def measure(boot, program):
    """Two rows."""
    exports = ""
    if program != "kleak":
        pairs = sanitizers.variables("/tmp/sanitizer").items()
        # the address space that a sanitizer wants is not free where mappings start anywhere
        exports = "echo 28 > /proc/sys/vm/mmap_rnd_bits\nexport " + " ".join(f"{k}={v}" for k, v in pairs)
    out = boot(SCRIPT % {"exports": exports}, "--mem", "1500",
               "--add", f"{'' if program == 'kleak' else 'build/'}{program}:/bin/kleak", append="no_hash_pointers")
    first, loaded, second, unloaded, said, end = out.split("---\n")
    assert end.strip() == "status 0", end
    made = {int(address, 16): what for what, address in MADE.findall(said)}
    assert len(made) == 26, (len(made), said)
    orphans = {address for address, what in made.items() if what not in HELD}
    rows = [judge("loaded", orphans, made, of_kmemleak(first), json.loads(loaded)),
            judge("unloaded", set(made), made, of_kmemleak(second), json.loads(unloaded))]
    return [{"program": program, **row} for row in rows]


def table(rows):
    print("| module | program | leaked | kmemleak lists | kleak lists | kmemleak alone | not leaked: kmemleak, kleak | objects |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        print(f"| {row['state']} | {row['program']} | {row['expected']} | {row['kmemleak']} | {row['kleak']} | "
              f"{row['behind']} | {row['kmemleak_else']}, {row['kleak_else']} | {row['objects']} |"
              f"{'' if row['right'] else ' (!)'}")


def run(boot):
    """True when nothing is wrong."""
    rows = [row for program in ("kleak", "kleak-asan") for row in measure(boot, program)]
    table(rows)
    return all(row["right"] for row in rows)
