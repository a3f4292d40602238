#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""kleak with sanitizers beside modules, processes and a CPU that come and go."""
import json
import os

from guest import boot, main, module
import sanitizers
import tap

# The address space that the sanitizer wants is not free where mappings start anywhere.
SCRIPT = """
echo 28 > /proc/sys/vm/mmap_rnd_bits
echo 0 > /sys/devices/system/cpu/cpu1/online
echo churn 100 | live-load > /tmp/load &
load=$!
kleak --max-overhead 50 --json --interval 1 --duration 3
kill $load
echo ---
echo 1 > /sys/devices/system/cpu/cpu1/online
export %(variables)s
kleak-asan --json --origin slab,vmalloc,percpu,pages --scan=1 --show-objects --interval 0.2 \
	--save /tmp/save --html /tmp/html --prom /tmp/prom > /tmp/out 2> /tmp/said &
tracer=$!
until [ -s /tmp/out ] || [ ! -d /proc/$tracer ]; do sleep 0.2; done
echo churn %(seconds)d | live-load > /tmp/load &
end=$(($(cut -d. -f1 /proc/uptime) + %(seconds)d))
while [ "$(cut -d. -f1 /proc/uptime)" -lt $end ] && [ -d /proc/$tracer ]; do
	insmod /kleak_test.ko
	insmod /kleak_hold.ko
	for leak in kmalloc vmalloc percpu page; do echo leak $leak 20 > /proc/kleak_test; done
	echo make > /proc/kleak_hold
	sleep 1
	echo 0 > /sys/devices/system/cpu/cpu1/online
	rmmod kleak_hold
	sleep 1
	echo 1 > /sys/devices/system/cpu/cpu1/online
	rmmod kleak_test
	sleep 0.5
done
start=$(cut -d. -f1 /proc/uptime)
kill -INT $tracer
wait $tracer
echo "status $?"
echo "took $(($(cut -d. -f1 /proc/uptime) - start))"
cat /tmp/sanitizer.* /tmp/said
echo ---
kleak report --json /tmp/save
tail -c 8 /tmp/html
tail -n 1 /tmp/out
"""
SECONDS = 30
ENDS = 20  # emulated, and with sanitizers


def change(version):
    if not os.path.exists(sanitizers.KLEAK):
        raise tap.Skip("there is no build/kleak-asan: make build/kleak-asan")
    variables = " ".join(f"{name}={value}"
                         for name, value in sanitizers.variables("/tmp/sanitizer").items())
    out = boot(version, SCRIPT % {"variables": variables, "seconds": SECONDS}, "--mem", "2048",
               "--add", f"{sanitizers.KLEAK}:/bin/kleak-asan", "--add", "build/live-load:/bin/live-load",
               "--add", f"{module(version, 'kleak_hold')}:/kleak_hold.ko")
    one_cpu, said, files = out.split("---\n")
    said = said.splitlines()
    assert said[0] == "status 0" and int(said[1].split()[1]) < ENDS, "\n".join(said)
    assert "Sanitizer" not in out and "runtime error" not in out, "\n".join(said)
    check_overhead([json.loads(line)["overhead"] for line in one_cpu.splitlines()])
    saved, page, last = files.splitlines()
    saved, last = json.loads(saved), json.loads(last)
    assert page == "</html>" and saved["final"] and last["final"], files
    assert saved["events"] == last["events"], (saved["events"], last["events"])
    assert last["scan"]["passes"] > 1, last["scan"]


def check_overhead(measured):
    """It is the share of the one CPU that was online, of two."""
    shares = [(o["percent"], o["events_per_s"] * o["ns_per_event"] / 1e9 * 100)
              for o in measured if o and o["events_per_s"]]
    assert shares and all(abs(told / share - 1) < 0.1 for told, share in shares), measured


if __name__ == "__main__":
    main(change)
