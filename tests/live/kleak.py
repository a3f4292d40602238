# SPDX-License-Identifier: GPL-2.0-only
"""Driving kleak and the load program."""
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402
from books import check_identity  # noqa: E402
from schema import check_schema  # noqa: E402, F401

KLEAK = os.path.join(ROOT, "kleak")
LOAD = os.path.join(ROOT, "build", "live-load")
PATIENCE = 30

# In the background SIGINT may be ignored, and what is started from here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Process(subprocess.Popen):
    """One that does not outlive a test that failed: leaving it waits for its end."""

    def __exit__(self, kind, *rest):
        if kind and self.poll() is None:
            self.kill()
        super().__exit__(kind, *rest)


class Load:
    """A process that allocates on command."""

    def __init__(self, program=LOAD):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)
        self.pid = self.process.pid
        self.answer()

    def answer(self):
        answer = self.process.stdout.readline().strip()
        if answer != "ok":
            raise tap.Skip(f"the load program cannot do that here: {answer}")

    def do(self, command):
        self.process.stdin.write(command + "\n")
        return self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@contextlib.contextmanager
def meanwhile(step):
    """Ten steps a second, until it ends."""
    over = threading.Event()

    def work():
        while not over.wait(0.1):
            step()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def growing():
    """Somebody who allocates a few objects more all the time: on a machine that is at rest nothing may be listed."""
    with Load() as load, meanwhile(lambda: load.do("eventfd 5")):
        yield


class Kleak:
    """A running kleak --json."""

    def __init__(self, *options, interval=0.5, under=(), program=KLEAK, **more):
        self.process = subprocess.Popen(
            [*under, program, "--json", "--interval", str(interval), *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.pending = b""
        self.messages = ""  # stderr, when it has ended
        self.reports = []
        self.next()

    def next(self, patience=PATIENCE):
        """The next report, whole."""
        end = time.monotonic() + patience
        while b"\n" not in self.pending:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise AssertionError("kleak prints nothing")
            some = os.read(self.process.stdout.fileno(), 1 << 20)
            if not some:
                raise AssertionError(f"kleak ended: {self.process.stderr.read().decode()}")
            self.pending += some
        line, self.pending = self.pending.split(b"\n", 1)
        report = json.loads(line)
        check_identity(report)
        check_stacks(report)
        self.reports.append(report)
        return report

    def fresh(self):
        """A report all of which lies in the future."""
        # what was printed while nobody read waits in the pipe
        while b"\n" in self.pending or select.select([self.process.stdout], [], [], 0)[0]:
            self.next()
        self.next()
        return self.next()

    def until(self, holds, patience=PATIENCE):
        """Reports until one of which `holds`; the last one either way."""
        end = time.monotonic() + patience
        report = self.fresh()
        while not holds(report) and time.monotonic() < end:
            report = self.next()
        return report

    def stop(self, number=signal.SIGINT):
        """Signal; the last report."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        self.messages = err.decode()
        last = None
        for line in (self.pending + out).splitlines():
            last = json.loads(line)
            check_identity(last)
        assert self.process.returncode == 0, (self.process.returncode, err)
        assert last and last["final"], "no final report"
        return last

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def check_stacks(report):
    """A stack ends where an interrupt came in: what it interrupted is chance."""
    for site in report["sites"]:
        for frame in site["stack"][:-1]:
            name = frame["symbol"] or ""
            assert name != "handle_softirqs" and not name.startswith("asm_sysvec_"), site["stack"]


def sites_of(report, function, origin=None):
    """Sites of this function: it is the one that calls the allocator."""
    return [s for s in report["sites"]
            if (origin is None or s["origin"] == origin)
            and s["stack"] and (s["stack"][0]["symbol"] or "").split(".")[0] == function]


def total(report, function, field="objects", origin=None):
    return sum(s[field] for s in sites_of(report, function, origin))


def files_of(pid, kind):
    """What stands in fdinfo of the BPF programs, maps or links that the process holds."""
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            if kind not in os.readlink(f"/proc/{pid}/fd/{number}"):
                continue
            with open(f"/proc/{pid}/fdinfo/{number}", encoding="ascii") as text:
                yield dict(line.strip().split(":", 1) for line in text if ":" in line)
        except FileNotFoundError:
            pass


def run(*argv, timeout=120, **more):
    """Run kleak to its end."""
    return subprocess.run([KLEAK, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=timeout, check=False, **more)


def need_root():
    if os.geteuid():
        raise tap.Skip("needs root")
    probe = run("--explain")
    if probe.returncode:
        raise tap.Skip(f"kleak cannot run on this machine: {probe.stderr.strip()}")
