#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The interactive screen, on a pseudo terminal: what it shows, and how it leaves the terminal."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time

import pyte

from kleak import KLEAK, PATIENCE, Load, need_root, run, tap

ALTERNATE, NORMAL = b"\x1b[?1049h", b"\x1b[?1049l"


class Screen:
    """kleak --screen, or another way of it, on a terminal of its own."""

    def __init__(self, *options, way=("--screen",), rows=30, columns=110, **env):
        try:
            self.master, self.slave = pty.openpty()
        except OSError as error:
            raise tap.Skip(f"no pseudo terminal here: {error}") from error
        self.shown = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.shown)
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.output = b""
        self.process = subprocess.Popen(
            [KLEAK, *way, "--interval", "0.5", *options], stdin=self.slave, stdout=self.slave,
            stderr=self.slave, preexec_fn=self.own,
            env=dict(os.environ, **{"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **env}))

    def own(self):
        """In the child: this terminal is its controlling one, so that Ctrl-C and sizes are signals."""
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
        self.shown.resize(rows, columns)

    def read(self, seconds):
        """What comes within that time, at the most."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        some = os.read(self.master, 1 << 16) if ready else b""
        self.output += some
        if NORMAL not in self.output:
            self.stream.feed(some)
        return some

    def expect(self, *words):
        """Wait until all of them are shown."""
        end = time.monotonic() + PATIENCE
        while not all(any(w in line for line in self.shown.display) for w in words):
            assert time.monotonic() < end, (words, self.shown.display)
            self.read(0.2)

    def type(self, keys):
        os.write(self.master, keys.encode())

    def end(self):
        """Its exit status, and all that it still wrote; the terminal is as it was."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end, "it does not end"
            self.read(0.1)
        while self.read(0.1):
            pass
        assert NORMAL in self.output and b"\x1b[?25h" in self.output, self.output[-500:]
        after = self.output[self.output.rindex(NORMAL) + len(NORMAL):]
        now = termios.tcgetattr(self.slave)
        assert now == self.before, (now, self.before)
        return self.process.returncode, after.decode(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


def test_who_is_charged():
    """Key c lists cgroups; opened, one tells its sites, and who allocates there."""
    with Load() as load, Screen("--cache", "filp", rows=40) as screen:
        screen.expect("SUnreclaim")
        load.do("eventfd 300")
        screen.expect("do_eventfd")
        screen.type("c")
        screen.expect("charged to", " site")
        screen.type("\r")
        screen.expect("estimates, by a sample", "do_eventfd", "allocated by process live-load")
        screen.type("q")
        screen.end()


def test_a_session():
    with Load() as load, Screen("--pid", str(load.pid)) as screen, \
            tempfile.TemporaryDirectory() as place:
        screen.expect("SUnreclaim")
        load.do("eventfd 77")
        screen.expect("do_eventfd")
        screen.type("/no such thing")
        screen.expect("no site matches")
        screen.type("\x15EVENTFD\r")
        screen.expect("/EVENTFD")
        screen.type("\r")
        screen.expect("77 allocated, 0 freed")
        screen.type("\r")
        screen.resize(20, 72)
        screen.expect("SUnreclaim", "do_eventfd", "/EVENTFD")
        assert screen.shown.display[19].startswith(" /EVENTFD"), screen.shown.display
        screen.type("f")
        screen.expect("FROZEN")
        path = os.path.join(place, "saved.txt")
        screen.type(f"s\x15{path}\r")
        screen.expect("saved as")
        with open(path, encoding="utf-8") as saved:
            assert "do_eventfd" in saved.read()
        assert os.stat(path).st_mode & 0o777 == 0o600
        screen.type(f"s\x15{path}\r")
        screen.expect("exists: Enter replaces it")
        screen.type("\x1b")
        time.sleep(0.1)  # an Escape alone
        screen.type("?")
        screen.expect("any key goes back")
        screen.type(" ")
        screen.expect("FROZEN", "Esc all")
        screen.type("q")
        status, after = screen.end()
        assert status == 0, (status, after)
        assert "final report" in after and "do_eventfd" in after, after


def test_a_printed_report():
    """Without --screen: what is waited for, then reports as wide as the terminal."""
    with Load() as load, Screen("--pid", str(load.pid), way=(), columns=180, rows=60) as screen:
        screen.expect("SUnreclaim")
        load.do("eventfd 50")
        screen.expect(" new", "do_eventfd ← __x64_sys_eventfd2")
        told = screen.output.index(b"kleak: tracing; the first report comes in 0.5 s")
        first = screen.output.index(b"SUnreclaim")
        assert screen.output.index(b"kleak: loading the programs") < told < first, screen.output[:500]
        assert b"\r\x1b[K" in screen.output[told:first], screen.output[told:first]
        assert not any("first report" in line for line in screen.shown.display), screen.shown.display
        # a stack that takes more than the 100 columns of a report in a file
        widest = max(len(line.rstrip()) for line in screen.shown.display if "do_eventfd ←" in line)
        assert 100 < widest <= 180, screen.shown.display
        screen.process.send_signal(signal.SIGINT)
        while screen.process.poll() is None:
            screen.read(0.1)
        assert screen.process.returncode == 0


def check_end_by(number, status):
    with Load() as load, Screen("--pid", str(load.pid)) as screen:
        screen.expect("SUnreclaim")
        screen.process.send_signal(number)
        ended, after = screen.end()
        assert ended == status, (number, ended, after)
        assert ("final report" in after) == (status == 0), (number, after)


def test_a_signal_restores_the_terminal():
    check_end_by(signal.SIGTERM, 0)  # Ctrl-C: below


def test_a_crash_restores_the_terminal():
    check_end_by(signal.SIGSEGV, -signal.SIGSEGV)


def test_plain_terminal():
    """No colours, no UTF-8; messages stand in the last line and follow on stderr; Ctrl-C ends."""
    with Load() as load, Screen("--pid", str(load.pid), NO_COLOR="1", LC_ALL="C") as screen:
        screen.expect("SUnreclaim")
        load.do("eventfd 5")
        screen.expect("do_eventfd")
        screen.type("\r")
        screen.expect("allocations a second")
        screen.type("x")
        screen.expect("0 objects will not be listed any more")
        screen.type("\x03")
        status, after = screen.end()
        assert status == 0 and "kleak: 0 objects will not be listed" in after, (status, after)
        drawn = screen.output[:screen.output.rindex(NORMAL)]
        assert drawn.isascii(), drawn
        assert drawn.count(b"\x1b[2J") == 1, "it flickers"
        styles = re.findall(rb"\x1b\[([\d;]*)m", drawn)
        assert styles and not [n for s in styles for n in s.split(b";") if re.fullmatch(rb"[349]\d", n)], styles


def test_it_needs_a_terminal():
    for argv in (["--screen"], ["--screen", "--json"]):
        done = run(*argv, stdin=subprocess.DEVNULL)
        assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1, done
    with Screen(TERM="dumb") as screen:
        screen.expect("TERM=dumb")
        assert screen.process.wait(timeout=PATIENCE) == 1
        assert ALTERNATE not in screen.output


need_root()
if __name__ == "__main__":
    tap.main(globals())
