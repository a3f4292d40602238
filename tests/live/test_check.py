#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""kleak check, as a monitoring system calls it: over books that the test writes, and on this kernel."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from kleak import KLEAK, PATIENCE, Process, check_schema, meanwhile, tap

OK, WARNING, CRITICAL, UNKNOWN = range(4)
PLUGIN = re.compile(r"KLEAK (OK|WARNING|CRITICAL|UNKNOWN): [^|\n]+(?: \|(?: [a-z_]+=(?:U|-?\d+B?)(?:;\d*){0,4})+)?\n")


def check(*argv, under=()):
    """Status and what stdout has, which is one line as plugins print it."""
    done = subprocess.run([*under, KLEAK, "check", *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=2 * PATIENCE, check=False)
    assert not done.stderr, done
    assert PLUGIN.fullmatch(done.stdout), done.stdout
    assert done.stdout.split()[1] == f"{('OK', 'WARNING', 'CRITICAL', 'UNKNOWN')[done.returncode]}:", done
    return done.returncode, done.stdout


class Books:
    """A /proc/meminfo that the test writes, for what runs under `before`."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "meminfo")
        # the free pages that CPUs keep are to stay as they are, too
        zones = os.path.join(folder, "zoneinfo")
        shutil.copyfile("/proc/zoneinfo", zones)
        self.before = ["unshare", "--mount", "sh", "-c", f"mount --bind {self.path} /proc/meminfo && "
                       f'mount --bind {zones} /proc/zoneinfo && exec "$@"', "sh"]
        with open("/proc/meminfo", encoding="ascii") as text:
            self.text = text.read()
        self.set(0)

    def set(self, kilobytes):
        """That much unreclaimable slab; it is taken from what is free."""
        text = self.text
        for name, number in (("SUnreclaim", 1000000 + kilobytes), ("MemFree", 4000000 - kilobytes)):
            text, nr = re.subn(rf"^({name}: +).*$", rf"\g<1>{number:8} kB", text, flags=re.M)
            assert nr == 1, name
        with open(self.path, "r+" if os.path.exists(self.path) else "w", encoding="ascii") as out:
            out.write(text)


@contextlib.contextmanager
def books():
    with tempfile.TemporaryDirectory() as folder:
        its = Books(folder)
        if os.geteuid() or subprocess.run([*its.before, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
            raise tap.Skip("cannot mount over /proc here")
        yield its


def growing(its, kilobytes_per_s):
    """Ten steps a second, until it ends."""
    start = time.monotonic()
    return meanwhile(lambda: its.set(int(kilobytes_per_s * (time.monotonic() - start))))


def test_sizes():
    with books() as its:
        status, text = check("--max", "unreclaimable=976M", under=its.before)
        assert status == CRITICAL and "unreclaimable 976.6M (max 976.0M)" in text, text
        status, text = check("--max", "unreclaimable=977M", "--warn", "99.9%", under=its.before)
        assert status == WARNING and f" | unreclaimable={1000000 * 1024}B;" in text, text
        status, text = check("--max", "unreclaimable=977M", under=its.before)
        assert status == OK, text


def test_growth():
    with books() as its, growing(its, 1000):  # 3.4 GiB an hour
        status, text = check("--max", "growth=3G/h,unreclaimable=2G/h", "--within", "12", under=its.before)
        assert status == CRITICAL and "growth at least 3." in text and "unreclaimable growth at least 3." in text, text
        status, text = check("--max", "growth=4G/h", "--warn", "growth=3G/h", "--within", "12", under=its.before)
        assert status == WARNING, text
        status, text = check("--max", "growth=4G/h", "--within", "12", under=its.before)
        assert status == OK and "growth at most 3." in text, text


def test_what_does_not_move():
    """In 12 s a slab's worth of growth may be hidden: 32 KiB in 10 s are 11 MiB an hour."""
    with books() as its:
        status, text = check("--max", "unreclaimable=100M/h", "--within", "12", under=its.before)
        assert status == OK and "at most 1" in text, text
        status, text = check("--max", "unreclaimable=1M/h", "--within", "12", under=its.before)
        assert status == UNKNOWN and "a longer --within may tell" in text, text


def test_a_signal_ends_it_with_what_is_known():
    with books() as its:
        argv = [*its.before, KLEAK, "check", "--max", "unreclaimable=1M,growth=1G/h", "--within", "1h"]
        with Process(argv, stdout=subprocess.PIPE, text=True) as process:
            time.sleep(3)
            process.send_signal(signal.SIGTERM)
            text = process.communicate(timeout=PATIENCE)[0]
        assert process.returncode == CRITICAL and PLUGIN.fullmatch(text), (process.returncode, text)
        assert "growth not known after" in text, text


def test_no_books():
    with tempfile.TemporaryDirectory() as folder:
        before = ["unshare", "--mount", "sh", "-c", f'mount --bind {folder} /proc && exec "$@"', "sh"]
        if os.geteuid() or subprocess.run([*before, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
            raise tap.Skip("cannot mount over /proc here")
        status, text = check("--max", "unreclaimable=1G", under=before)
    assert (status, text) == (UNKNOWN, "KLEAK UNKNOWN: /proc/meminfo cannot be read: No such file or directory\n")


def test_unprivileged_on_this_kernel():
    under = ["setpriv", "--reuid", "65534", "--clear-groups", "--inh-caps=-all"] if not os.geteuid() else []
    limits = "kernel=100%,unreclaimable=100%,reclaimable=100%,vmalloc=100%,percpu=100%,kernel_stack=100%,unaccounted=100%"
    status, text = check("--max", limits, under=under)
    assert status == OK, text
    status, text = check("--max", "kernel=4K", under=under)
    assert status == CRITICAL, text


def test_json():
    done = subprocess.run([KLEAK, "check", "--json", "--max", "unreclaimable=4K,growth=100%/h", "--within", "11"],
                          stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=False)
    found = check_schema("check", done.stdout)
    assert done.returncode == found["status"] == CRITICAL and found["state"] == "CRITICAL", found
    assert found["readings"] == 12 and 11 <= found["elapsed_s"] < 13, found


def test_wrong_usage_is_no_critical_state():
    for argv, part in (([], "give --max"), (["--max", "all=5G"], "cannot be limited"), (["--nonsense"], "--help"),
                       (["--max", "growth=5G"], "100M/h"), (["--interval", "5"], "not to kleak check"),
                       (["--max", "kernel=1G", "--within", "5"], "10s")):
        done = subprocess.run([KLEAK, "check", *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=False)
        assert (done.returncode, done.stdout) == (UNKNOWN, ""), (argv, done)
        assert part in done.stderr and done.stderr.count("\n") == 1, (argv, done)


def test_output_that_fails():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([KLEAK, "check", "--max", "kernel=100%"], stdout=full, stderr=subprocess.PIPE, text=True,
                              check=False)
    assert done.returncode == UNKNOWN and "stdout" in done.stderr, done


if __name__ == "__main__":
    tap.main(globals())
