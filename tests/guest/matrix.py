#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
matrix.py [ROW...]: kleak on every kernel that Debian's archives hold, as tools/guest spells them, and by each
option that changes what it reads: "6.12", "6.12 slub_nomerge".  By itself all of KERNELS and OPTIONS.

BESIDE=2: how many guests run at a time, TO=FILE adds what came of each kernel to a file, a JSON line each.
A measurement, by hand before each release: it prints the table of README.md, and ends with 1 where a cell
is not what it should be.
"""
import base64
import concurrent.futures
import json
import os
import re
import sys
import zlib

import guest

KERNELS = """5.10 6.1 6.1-rt 6.12 6.12-plain 6.12-rt 6.16 6.17 6.18 6.19 7.0 7.1 7.2 7.3 7.3-rt
arm64/5.10 arm64/6.1 arm64/6.12 arm64/6.12-16k arm64/7.0 arm64/7.3""".split()
OPTIONS = [f"6.12 {option}" for option in """slub_nomerge slub_debug=FZPU init_on_free=1 kfence.sample_interval=1
mem=512M nosmt nokaslr no5lvl lockdown=integrity lockdown=confidentiality""".split()]
BESIDE = int(os.environ.get("BESIDE", "2"))
HELD, AREAS = 300, 7  # eventfds, and objects of the module; its areas
NEAR = 2  # eventfds of others; words left somewhere that lead to an orphan

# What kleak says of itself, counts, misses and finds.  With a module where there are headers.
SCRIPT = f"""
mkfifo /do /done
load < /do > /done &
exec 3> /do 4< /done
read answer <&4
say() {{ echo "$1" >&3; read answer <&4; }}
reports() {{ n=$(wc -l < /tmp/out); until [ $(wc -l < /tmp/out) -ge $((n + $1)) ] || ! kill -0 $tracer; do
    sleep 0.5; done; }}
report() {{ # the newest: a megabyte takes a serial line long, and 6.1-rt's does not end with some
    echo "$1 $(tail -n 1 /tmp/out | gzip -c | base64 | tr -d "\\n")"
}}
walked() {{ # so far, and of them to check what was known
    sed -n "s/.* \\([0-9]*\\) stacks walked, \\([0-9]*\\) of them to check.*/walked \\1 \\2/p" /tmp/err | tail -n 1
}}
kleak --explain > /tmp/explained 2>&1; echo "explain $?"
sed -n "/^blind spots/,/^[a-z]*$/p" /tmp/explained | sed "s/^ */spot /"
kleak -v --json --interval 1 --scan=2 > /tmp/out 2> /tmp/err &
tracer=$!
reports 1
say "eventfd {HELD}"
if [ -e /kleak_test.ko ] && insmod /kleak_test.ko; then # it has no signature, as lockdown wants one
    echo "inserted 1"
    echo "leak kmalloc {HELD}" > /proc/kleak_test
    echo "leak vmalloc {AREAS}" > /proc/kleak_test
    echo forget > /proc/kleak_test
    reports 1 # before 5.17 a module that goes sooner has no names
    rmmod kleak_test
fi
say "churn 10"
reports 1
report before
walked
say "churn 5"
reports 1
report after
walked
reports 5
report made
say free
reports 2
kill -INT $tracer
wait $tracer; echo "status $?"
report freed
sed -n "s/.*the verifier looked at \\([0-9]*\\) .*/verified \\1/p; /cannot\\|needs/s/^/said /p" /tmp/err
kleak census --json > /tmp/census 2>> /tmp/err; echo "census $?"
(while :; do say "eventfd 5"; usleep 500000; done) &
keeper=$!
kleak diagnose --interval 0.5 --evidence 15 --for 60s --json > /tmp/page 2>> /tmp/err; echo "diagnose $?"
kill $keeper
kleak ledger --json -- true > /dev/null 2>> /tmp/err; echo "ledger $?"
"""


def sites_of(report, function):
    return [s for s in report["sites"] if s["stack"] and any(
        (f["symbol"] or "").split(".")[0] == function for f in s["stack"][:2])]


def objects(report, function, cache):
    return sum(s["objects"] for s in sites_of(report, function) if s["cache"].startswith(cache))


def unreferenced(report, function):
    return sum(s["unreferenced_objects"] or 0 for s in sites_of(report, function))


def words(lines, word):
    return [line[len(word) + 1:] for line in lines if line.startswith(word + " ")]


def last_number(lines, word):
    found = words(lines, word)
    return int(found[-1].split()[-1]) if found else None


def reports(lines, word):
    """Those that the guest handed over by this name."""
    texts = [zlib.decompress(base64.b64decode(packed), wbits=31) for packed in words(lines, word)]
    return [json.loads(text) for text in texts if text.strip()]


def read(out):
    """What the guest printed, as a row."""
    lines = out.splitlines()
    row = {"explain": last_number(lines, "explain"), "spots": words(lines, "spot")[1:],
           "said": words(lines, "said"), "verified": last_number(lines, "verified"),
           "census": last_number(lines, "census"), "ledger": last_number(lines, "ledger"),
           "diagnose": last_number(lines, "diagnose"), "status": last_number(lines, "status")}
    made, freed = reports(lines, "made"), reports(lines, "freed")
    if made:
        report, last = made[0], freed[0]
        row |= {"eventfds": objects(report, "do_eventfd", "kmalloc"),
                "freed": HELD - objects(last, "do_eventfd", "kmalloc"),
                "module": objects(report, "kleak_leak_kmalloc", ""),
                "areas": objects(report, "kleak_leak_vmalloc", "vmalloc"),
                "scans": (report["scan"] or {}).get("passes"),
                "module_there": bool(words(lines, "inserted")),
                "orphans": unreferenced(report, "kleak_leak_kmalloc") + unreferenced(report, "kleak_leak_vmalloc"),
                "wrong": unreferenced(report, "do_eventfd"), "losses": last["losses"],
                "unchecked": report.get("unchecked_objects")}
        walks = [tuple(map(int, w.split())) for w in words(lines, "walked")]
        row["walked"] = (walks[1][0] - walks[0][0]) - (walks[1][1] - walks[0][1])
        before, after = (reports(lines, word)[0] for word in ("before", "after"))
        row["meanwhile"] = after["events"]["allocations"] - before["events"]["allocations"]
    return row


def attempt(name):
    """One row: a kernel, and what is on its command line."""
    kernel, _, options = name.partition(" ")
    row = {"kernel": name}
    try:
        added = []
        try:
            # the module wants functions that came later than 5.10; as gcc 12 builds it for arm64's 7.3 that kernel
            # dies when it is loaded (ftrace_init_nop(): "kernel BUG at arch/arm64/kernel/patching.c:39")
            if guest.at_least(kernel, 5, 15) and kernel != "arm64/7.3":
                added = ["--add", f"{guest.module(kernel)}:/kleak_test.ko"]
        except guest.tap.Skip as why:
            row["headers"] = str(why)
        done = guest.call(kernel, "--one-thread", "--mem", "1024", "--timeout", "1700", "--append", options,
                          "--add", f"{guest.built(kernel, 'kleak')}:/bin/kleak",
                          "--add", f"{guest.built(kernel, 'live-load')}:/bin/load", *added,
                          "--", "sh", "-c", SCRIPT, timeout=1800)
        row |= read(done.stdout)
        if done.returncode:
            row["failed"] = f"status {done.returncode}: {done.stderr[-300:]} {done.stdout[-100:]}"
    except guest.tap.Skip as why:
        row["skipped"] = str(why)
    except (AssertionError, ValueError, LookupError, zlib.error) as why:  # it ended before all was said
        row["failed"] = repr(why)[-400:]
    guest.keep(row)
    print(line(row), flush=True)
    return row


def verified(row):
    """Kernels tell it from 5.16 on."""
    if not row["verified"]:
        return ("not told", not guest.at_least(row["kernel"], 5, 16))
    return (f"{row['verified'] / 1000:.0f}k", row["verified"] < 500000)


def cells(row):
    """(what is shown, whether it is right), of each column."""
    if "skipped" in row or "failed" in row:
        why = row.get("skipped") or row["failed"]
        return [(re.sub(r"\s+", " ", why)[-100:], "skipped" in row)]
    if row["explain"]:
        # one that cannot be traced says so, and keeps its books
        return [(row["said"][0] if row["said"] else "refused", True), ("ledger", row["ledger"] == 0)]
    expected, areas = (HELD, AREAS) if row["module_there"] else (0, 0)
    orphans = expected + areas
    found = abs(row["orphans"] - orphans) <= NEAR
    exact = (abs(row["eventfds"] - HELD) <= NEAR and abs(row["freed"] - HELD) <= NEAR and
             (row["module"], row["areas"]) == (expected, areas))
    share = 100 * row["walked"] / max(row["meanwhile"], 1)
    return [("exact" if exact else f"{row['eventfds']}, {row['freed']}, {row['module']}, {row['areas']}", exact),
            (f"{row['orphans']} of {orphans}" if orphans else f"{row['scans']} passes",
             bool(found and row["scans"] and not row["wrong"])),
            ("yes" if row["census"] == 0 else "no", row["census"] == 0),
            ({3: "LEAK", 5: "HELD"}.get(row["diagnose"], f"status {row['diagnose']}"), row["diagnose"] == 5),
            (f"{share:.1f}%", share < 5), verified(row)]


def line(row):
    return f"| {row['kernel']:<29} | " + " | ".join(text + ("" if right else " (!)") for text, right in cells(row)) + " |"


def main(wanted):
    print("| kernel                        | counts | orphans found | census | handles kept | walked | verifier |")
    print("|---|---|---|---|---|---|---|")
    with concurrent.futures.ThreadPoolExecutor(BESIDE) as pool:
        rows = list(pool.map(attempt, wanted or KERNELS + OPTIONS))
    return 0 if all(right for row in rows for _, right in cells(row)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
