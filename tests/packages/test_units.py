#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The units, started by a systemd that runs a guest: a bare Debian with the static kleak, where a module leaks.

Only the times are others: diagnose has two minutes instead of an hour, and the metrics come every two seconds.
"""
import os
import shutil
import sys

from test_packages import Bare, ROOT, STATIC, run
sys.path.insert(0, os.path.join(ROOT, "tests/guest"))
import guest  # noqa: E402

KERNEL = "6.12"
UNITS = "/lib/systemd/system"
METRICS = "/var/lib/prometheus/node-exporter"
DIAGNOSE = ("/usr/sbin/kleak diagnose --for 120s --interval 0.5 --evidence 20 --save %S/kleak/diagnosis.kleak "
            "--save-max 64M --html %S/kleak/diagnosis.html")
LEDGER = "/usr/sbin/kleak ledger --interval 2 --top 1 --prom ${KLEAK_PROM}"

SCRIPT = f"""
systemctl enable --now kleak.service kleak-diagnose.timer 2>&1
for n in $(seq 60); do [ -s {METRICS}/kleak-books.prom ] && break; sleep 1; done
systemctl is-active kleak.service kleak-diagnose.timer
grep ^kleak_books_unread {METRICS}/kleak-books.prom
busybox insmod /kleak_test.ko
(while :; do echo "leak kmalloc 50" > /proc/kleak_test; sleep 0.2; done) &
systemctl start kleak-diagnose.service
while s=$(systemctl is-active kleak-diagnose.service); [ $s = active ] || [ $s = activating ]; do sleep 1; done
echo "diagnose $(systemctl show -p ExecMainStatus --value kleak-diagnose.service)"
for n in $(seq 60); do journalctl -q -u kleak-leak | grep Finished && break; sleep 1; done
journalctl -q --no-pager -o cat -u kleak-diagnose -u kleak-leak
(cd /var/lib/kleak && stat -c "%n %a %U" .  *)
systemctl stop kleak.service
echo "ledger $(systemctl show -p ExecMainStatus --value kleak.service)"
"""


def root_with_units():
    bare = Bare("bookworm")
    bare.install("systemd", "systemd-sysv")
    bare.take(STATIC, "/usr/sbin/kleak")
    for unit in sorted(os.listdir(os.path.join(ROOT, "deploy/systemd"))):
        with open(os.path.join(ROOT, "deploy/systemd", unit), encoding="ascii") as text:
            words = text.read().replace("@SBINDIR@", "/usr/sbin")
        with open(f"{bare.root}{UNITS}/{unit}", "w", encoding="ascii") as file:
            file.write(words)
    for unit, command in (("kleak-diagnose", DIAGNOSE), ("kleak", LEDGER)):
        os.makedirs(f"{bare.root}/etc/systemd/system/{unit}.service.d")
        with open(f"{bare.root}/etc/systemd/system/{unit}.service.d/times.conf", "w", encoding="ascii") as file:
            file.write(f"[Service]\nExecStart=\nExecStart={command}\n")
    os.makedirs(bare.root + METRICS)
    for folder in ("/usr/share", "/var/lib/apt/lists"):
        shutil.rmtree(bare.root + folder)
    return bare


def test_units_under_systemd():
    bare = root_with_units()
    try:
        done = guest.call(KERNEL, "--root", bare.root, "--mem", "3000", "--timeout", "900", "--add",
                          f"{guest.module(KERNEL)}:/kleak_test.ko", "--", "sh", "-c", SCRIPT, timeout=1800)
    finally:
        bare.end()
    said = done.stdout
    assert done.returncode == 0, (said, done.stderr)
    assert "\nactive\nactive\nkleak_books_unread 0\n" in said, said
    assert "\ndiagnose 3\n" in said and "kleak_leak_kmalloc" in said, said
    assert "kernel memory leaks on this machine: /var/lib/kleak/diagnosis.html" in said, said
    for line in (". 700 root", "diagnosis.html 600 root", "diagnosis.kleak 600 root"):
        assert f"\n{line}\n" in said, said
    assert said.endswith("ledger 0\n"), said


if __name__ == "__main__":
    run(globals())
