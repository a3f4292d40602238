#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Modules, CPUs, memory, cgroups and processes come and go: nothing crashes, hangs or is misnamed.

The long part is a kleak with sanitizers that traces, scans and writes all there is.
"""
import base64
import json
import os
import subprocess
import tempfile

from guest import ROOT, boot, built, main, module
import sanitizers

ENDS = 20  # seconds from the signal to the end: emulated, and with sanitizers

CHANGES = """
reports() { wc -l < /tmp/out; }
await() { # N more reports
    n=$(($(reports) + $1))
    while [ "$(reports)" -lt $n ]; do
        sleep 0.2
        kill -0 $tracer || { cat /tmp/err >&2; exit 1; }
    done
}
end() { kill -INT $tracer; wait $tracer || { cat /tmp/err >&2; exit 1; }; }

# ---- modules that come and go within a command, at once and a moment later
kleak run --json --save /tmp/saved -- sh -c '
    insmod /kleak_come.ko; rmmod kleak_come; insmod /kleak_other.ko; sleep 0.5; rmmod kleak_other' 2>/dev/null
echo ---
base64 -w 0 /tmp/saved
echo
echo ---

# ---- while everything is traced and scanned, with modules, processes, CPUs and memory that go
echo 28 > /proc/sys/vm/mmap_rnd_bits # the sanitizer's own place is not free where mappings start anywhere
: > /tmp/out
env %(variables)s kleak-asan --json --max-objects 50000 --origin slab,vmalloc,percpu,pages --scan=2 --show-objects \
    --interval 0.3 --save /tmp/save --html /tmp/html --prom /tmp/prom > /tmp/out 2> /tmp/err &
tracer=$!
await 1
echo churn 20 | live-load > /tmp/load &
insmod /kleak_test.ko
for i in 0 1 0 1; do
    insmod /kleak_come.ko
    for leak in kmalloc vmalloc percpu page; do echo leak $leak 20 > /proc/kleak_test; done
    echo $i > /sys/devices/system/cpu/cpu1/online
    await 1
    rmmod kleak_come
    insmod /kleak_other.ko
    await 1
    rmmod kleak_other
done
rmmod kleak_test
for block in 7 6 5 4 3; do
    memory=/sys/devices/system/memory/memory$block/state
    echo offline > $memory && break
    memory=
done 2> /dev/null
until tail -n 1 /tmp/out | grep -q '"passes":[3-9]'; do await 1; done
[ -z "$memory" ] || echo online > $memory
start=$(cut -d. -f1 /proc/uptime)
end
echo $(($(cut -d. -f1 /proc/uptime) - start))
echo ---
cat /tmp/sanitizer.* 2> /dev/null
echo ---
kleak report --json /tmp/save
tail -c 8 /tmp/html
tail -n 1 /tmp/out
echo ---
echo ${memory:-none}
echo ---

# ---- a cgroup that goes, on the one CPU of two that is left
: > /tmp/out # there before it is looked at
echo 0 > /sys/devices/system/cpu/cpu1/online
mkdir /sys/fs/cgroup/gone
kleak --cgroup /sys/fs/cgroup/gone --max-overhead 50 --json --interval 0.5 > /tmp/out &
tracer=$!
await 1
sh -c 'echo $$ > /sys/fs/cgroup/gone/cgroup.procs; while [ ! -e /tmp/seen ]; do ls /proc > /dev/null; done' &
followed=$!
await 3
touch /tmp/seen
wait $followed
until rmdir /sys/fs/cgroup/gone; do sleep 0.1; done
await 3
end
cat /tmp/out
echo 1 > /sys/devices/system/cpu/cpu1/online
echo ---

# ---- a process that goes, and another one that gets its number
: > /tmp/out # there before it is looked at
sh -c 'while [ ! -e /tmp/go ]; do sleep 0.2; done' &
followed=$!
kleak --pid $followed --json --interval 0.5 --cache filp > /tmp/out &
tracer=$!
await 1
touch /tmp/go
wait $followed
await 2
tail -n 1 /tmp/out
until [ "$(cat /tmp/number 2>/dev/null)" = $followed ]; do
    echo $((followed - 1)) > /proc/sys/kernel/ns_last_pid
    sh -c 'echo $$ > /tmp/number
           [ $$ != '$followed' ] || { exec 3</proc/self/status 4</proc/self/status; sleep 2; }' &
    sleep 0.1
done
await 2
end
tail -n 1 /tmp/out
"""


def named(report, prefix="kleak_"):
    """{function: (module, objects)} of the sites that have such a function."""
    found = {}
    for site in report["sites"]:
        for frame in site["stack"]:
            if frame["symbol"] and frame["symbol"].startswith(prefix):
                module_of, n = found.get(frame["symbol"], (frame["module"], 0))
                assert module_of == frame["module"], site
                found[frame["symbol"]] = (module_of, n + site["objects"])
    return found


def check_names(report, times):
    """Each module's own: they were at the same place, one after the other."""
    found = named(report)
    for name in ("kleak_come", "kleak_other"):
        for function, objects in (("leak", 7), ("initial", 7), ("area", 1)):
            module_of, n = found[f"{name}_{function}"]
            # an area's books are sites of their own
            assert module_of == name and (n == objects * times if function != "area" else n >= times), found
    for site in report["sites"]:
        modules = {f["module"] for f in site["stack"]}
        assert not {"kleak_come", "kleak_other"} <= modules, site
        bare = [f for f in site["stack"] if not f["symbol"]]
        assert not bare, site


def check_saved(version, saved):
    """On another machine: the same names, and source lines of what was there for a moment."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(base64.b64decode(saved))
        file.flush()
        done = subprocess.run([os.path.join(ROOT, "kleak"), "report", "--json", "--debug-dir",
                               os.path.join(ROOT, "build/kmod", version), file.name],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    report = json.loads(done.stdout)
    check_names(report, 1)
    files = {f["file"] for s in report["sites"] for f in s["stack"] if f["module"] == "kleak_other"}
    assert "kleak_come.c" in files, (files, done.stderr)


def check_outputs(files):
    """Each is whole; saved and printed say the same."""
    saved, page, last = files.splitlines()
    saved, last = json.loads(saved), json.loads(last)
    assert page == "</html>" and saved["final"] and last["final"], files
    assert saved["events"] == last["events"], (saved["events"], last["events"])
    check_names(last, 4)


def check_overhead(reports):
    """It is the share of the one CPU that was online, of two."""
    measured = [report["overhead"] for report in reports]
    shares = [(o["percent"], o["events_per_s"] * o["ns_per_event"] / 1e9 * 100)
              for o in measured if o and o["events_per_s"]]
    rounded = 0.0005  # it is told in thousandths
    assert shares and all(abs(told - share) < 0.1 * share + rounded for told, share in shares), measured


def changes(version):
    modules = [word for name in ("kleak_come", "kleak_other")
               for word in ("--add", f"{module(version, name)}:/{name}.ko")]
    variables = " ".join(f"{name}={value}" for name, value in sanitizers.variables("/tmp/sanitizer").items())
    run, saved, took, found, files, memory, cgroup, process = boot(
        version, CHANGES % {"variables": variables}, "--mem", "2048",
        "--add", f"{built(version, 'kleak-asan')}:/bin/kleak-asan", "--add", f"{built(version, 'live-load')}:/bin/live-load",
        *modules).split("---\n")
    check_names(json.loads(run), 1)
    check_saved(version, saved)
    assert not found, found
    assert int(took) < ENDS, took
    check_outputs(files)
    print(f"# {version}: memory taken offline: {memory.strip()}")
    cgroup = [json.loads(line) for line in cgroup.splitlines()]
    assert cgroup[-1]["final"]
    check_overhead(cgroup)
    gone, last = map(json.loads, process.splitlines())
    assert "has exited" in gone["note"], gone
    assert last["final"] and last["events"]["allocations"] == gone["events"]["allocations"], (gone, last)


if __name__ == "__main__":
    main(changes, kernels=["6.1"])
