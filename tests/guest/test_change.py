#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Modules, CPUs, memory, cgroups and processes come and go: nothing crashes, hangs or is misnamed."""
import base64
import json
import os
import subprocess
import tempfile

from guest import ROOT, boot, main, module

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

# ---- and while all is scanned, with CPUs and memory that go
kleak-asan --json --interval 0.3 --scan=10 --show-objects > /tmp/out 2> /tmp/err &
tracer=$!
await 1
for i in 0 1 0 1; do
    insmod /kleak_come.ko
    echo $i > /sys/devices/system/cpu/cpu1/online
    await 1
    rmmod kleak_come
    insmod /kleak_other.ko
    await 1
    rmmod kleak_other
done
for block in 7 6 5 4 3; do
    memory=/sys/devices/system/memory/memory$block/state
    echo offline > $memory && break
    memory=
done 2> /dev/null
until tail -n 1 /tmp/out | grep -q '"passes":[3-9]'; do await 1; done
[ -z "$memory" ] || echo online > $memory
end
tail -n 1 /tmp/out
echo ---
echo ${memory:-none}
echo ---

# ---- a cgroup that goes
rm /tmp/out
mkdir /sys/fs/cgroup/gone
kleak --cgroup /sys/fs/cgroup/gone --json --interval 0.5 > /tmp/out &
tracer=$!
await 1
sh -c 'echo $$ > /sys/fs/cgroup/gone/cgroup.procs; exec ls /proc > /dev/null'
until rmdir /sys/fs/cgroup/gone; do sleep 0.1; done
await 2
end
tail -n 1 /tmp/out
echo ---

# ---- a process that goes, and another one that gets its number
rm /tmp/out
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


def changes(version):
    run, saved, churned, memory, cgroup, process = boot(
        version, CHANGES, "--timeout", "600",
        "--add", f"{os.path.join(ROOT, 'build/kleak-asan')}:/bin/kleak-asan",
        "--add", f"{module(version, 'kleak_come')}:/kleak_come.ko",
        "--add", f"{module(version, 'kleak_other')}:/kleak_other.ko").split("---\n")
    check_names(json.loads(run), 1)
    check_saved(version, saved)
    check_names(json.loads(churned), 4)
    print(f"# {version}: memory taken offline: {memory.strip()}")
    assert json.loads(cgroup)["final"]
    gone, last = map(json.loads, process.splitlines())
    assert "has exited" in gone["note"], gone
    assert last["final"] and last["events"]["allocations"] == gone["events"]["allocations"], (gone, last)


if __name__ == "__main__":
    subprocess.run(["make", "--no-print-directory", "-j2", "build/kleak-asan"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    main(changes)
