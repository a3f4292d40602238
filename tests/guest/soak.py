#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""tests/guest/soak.py VERSION [SECONDS]: as tests/live/soak.py, in a guest, beside modules that come and go."""
import json
import subprocess
import sys
import threading

from guest import CANNOT_RUN, ROOT, built, check_kernel, module
from books import check_identity
import sanitizers
import soak

# The address space that a sanitizer wants is not free where mappings start anywhere.
SCRIPT = """
echo 28 > /proc/sys/vm/mmap_rnd_bits
export %(variables)s
insmod /kleak_hold.ko && rmmod kleak_hold || exit
kleak --json --top 20 --interval 5 %(options)s &
tracer=$!
while read -r pid name state rest < /proc/$tracer/stat 2>/dev/null && [ "$state" != Z ]; do
	echo "figures $(grep RssAnon /proc/$tracer/status | tr -dc 0-9) $(cut -d ' ' -f 14,15 /proc/$tracer/stat)" >&2
	sleep 5
done &
sleep 10
echo churn %(seconds)d | live-load > /tmp/load &
load=$!
end=$(($(cut -d. -f1 /proc/uptime) + %(seconds)d))
while [ "$(cut -d. -f1 /proc/uptime)" -lt $end ] && [ -d /proc/$tracer ]; do
	insmod /kleak_test.ko
	insmod /kleak_hold.ko
	for leak in kmalloc vmalloc percpu page; do echo leak $leak 20 > /proc/kleak_test; done
	echo make > /proc/kleak_hold
	sleep 2
	rmmod kleak_hold
	sleep 1
	rmmod kleak_test
done
wait $load
sleep 20
kill -INT $tracer
wait $tracer
status=$?
cat /tmp/sanitizer.* >&2
exit $status
"""
BOOT_S = 300
# Emulated CPUs are interrupted for long: more is missed than on real ones.
LOSSY = 100


class Guest:
    """A kernel that runs the script.  On stderr it tells what kleak takes, and what else there is to say."""

    def __init__(self, version, seconds):
        variables = " ".join(f"{name}={value}"
                             for name, value in sanitizers.variables("/tmp/sanitizer").items())
        script = SCRIPT % {"variables": variables, "seconds": seconds, "options": " ".join(soak.options(seconds))}
        self.process = subprocess.Popen(
            ["tools/guest", version, "--one-thread", "--mem", "2048", "--timeout", str(seconds + BOOT_S),
             "--add", f"{built(version, 'kleak-asan' if soak.SANITIZED else 'kleak')}:/bin/kleak",
             "--add", f"{built(version, 'live-load')}:/bin/live-load", "--add", f"{module(version)}:/kleak_test.ko",
             "--add", f"{module(version, 'kleak_hold')}:/kleak_hold.ko", "--", "sh", "-c", script],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        self.memory_kb = self.cpu_s = None
        self.said = []
        self.listener = threading.Thread(target=self.listen)
        self.listener.start()

    def listen(self):
        for line in self.process.stderr:
            word, *numbers = line.split() or [""]
            if word == "figures" and len(numbers) == 3:
                self.memory_kb, self.cpu_s = int(numbers[0]), (int(numbers[1]) + int(numbers[2])) / 100
            else:
                self.said.append(line)

    def end(self):
        status = self.process.wait()
        self.listener.join()
        return status


def main(version, seconds):
    watched = soak.Soak()
    last = None
    guest = Guest(version, seconds)
    for line in guest.process.stdout:
        if not line.startswith("{"):
            guest.said.append(line)
            continue
        last = json.loads(line)
        check_identity(last)
        if guest.memory_kb:
            watched.enter(last, guest.memory_kb, guest.cpu_s)
    status = guest.end()
    said = "".join(guest.said)
    if status == CANNOT_RUN:
        sys.exit(said)
    assert status == 0 and "Sanitizer" not in said and "runtime error" not in said, f"status {status}:\n{said}"
    check_kernel(said)
    watched.judge(last, LOSSY)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else soak.SECONDS)
