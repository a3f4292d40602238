#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""kleak with sanitizers on this kernel: everything at once, and outputs that fail or stall."""
import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import time

from kleak import KLEAK, PATIENCE, Kleak, Load, Process, need_root
import sanitizers
import tap

EVERYTHING = ["--origin", "slab,vmalloc,percpu,pages", "--scan=1", "--show-objects"]
INTERVAL = 0.2
# From SIGINT to the end.  Sanitizers make kleak two to five times slower, and other tests run beside.
ENDS = 10
NOBODY = 65534


@contextlib.contextmanager
def workshop():
    """A folder to write to, and what kleak is started with there: at the end nothing was found."""
    if not os.path.exists(sanitizers.KLEAK):
        raise tap.Skip("there is no build/kleak-asan: make build/kleak-asan")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sanitizer")
        yield folder, {"env": dict(os.environ, **sanitizers.variables(path))}
        sanitizers.check(path)


@contextlib.contextmanager
def churn(seconds):
    """Processes, files and sockets come and go; some stay."""
    with Load() as churning, Load() as holding:
        thread = threading.Thread(target=churning.do, args=(f"churn {seconds}",))
        thread.start()
        for command in ("eventfd 200", "queue 100", "socket 100"):
            holding.do(command)
        yield
        thread.join()


def files_in(folder):
    return [word for kind in ("save", "prom", "html", "svg", "folded")
            for word in (f"--{kind}", os.path.join(folder, f"out.{kind}"))]


def saved(path):
    """The last report of a saved file."""
    done = subprocess.run([KLEAK, "report", "--json", path], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def check_files(folder):
    assert saved(os.path.join(folder, "out.save"))["final"]
    with open(os.path.join(folder, "out.html"), encoding="utf-8") as page:
        assert page.read().endswith("</html>\n")
    with open(os.path.join(folder, "out.prom"), encoding="utf-8") as metrics:
        assert "\nkleak_running 0\n" in metrics.read()


def end(process):
    """Interrupt it: its status."""
    process.send_signal(signal.SIGINT)
    start = time.monotonic()
    status = process.wait(timeout=PATIENCE)
    assert time.monotonic() - start < ENDS, f"it took {time.monotonic() - start:.1f} s to end"
    assert status != sanitizers.STATUS
    return status


def test_everything_beside_churn():
    with workshop() as (folder, more), churn(18), \
            Kleak(*EVERYTHING, *files_in(folder), interval=INTERVAL, program=sanitizers.KLEAK,
                  **more) as kleak:
        start = time.monotonic()
        kleak.until(lambda r: time.monotonic() > start + 18 and r["scan"] and r["scan"]["passes"] > 1,
                    patience=50)
        start = time.monotonic()
        last = kleak.stop()
        assert time.monotonic() - start < ENDS
        assert last["scan"]["passes"] > 1 and last["sites"], last["scan"]
        check_files(folder)


def type_keys(master, keys, seconds):
    """Type them one by one; read what is shown meanwhile."""
    shown = b""
    start = time.monotonic()
    while time.monotonic() < start + seconds:
        if keys and time.monotonic() > start + seconds * (1 - len(keys) / (len(keys) + 1)) / 2:
            os.write(master, keys.pop(0))
        if select.select([master], [], [], 0.1)[0]:
            shown += os.read(master, 1 << 16)
    return shown


def read_to_end(master, process):
    """Read on until the process has ended: what it showed."""
    shown = b""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([master], [], [], 0.1)[0]:
            shown += os.read(master, 1 << 16)
    while select.select([master], [], [], 0)[0]:
        shown += os.read(master, 1 << 16)
    return shown


def test_screen():
    keys = [b"\r", b"j", b"j", b">", b">", b"r", b"/", b"k", b"\r", b"?", b"?", b"f", b"f", b"x", b"\x1b"]
    master, slave = pty.openpty()
    with workshop() as (folder, more), churn(10):
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("4H", 30, 100, 0, 0))
        with Process([sanitizers.KLEAK, "--screen", "--interval", str(INTERVAL), *EVERYTHING,
                      *files_in(folder)], stdin=slave, stdout=slave, stderr=slave,
                     start_new_session=True, **more) as process:
            shown = type_keys(master, keys, 10)
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("4H", 10, 40, 0, 0))
            process.send_signal(signal.SIGWINCH)
            shown += type_keys(master, [], 1)
            process.send_signal(signal.SIGINT)
            start = time.monotonic()
            shown += read_to_end(master, process)
            assert time.monotonic() - start < ENDS
            assert process.returncode == 0, (process.returncode, shown[-2000:])
        assert b"SUnreclaim" in shown and b"final report" in shown, shown[-2000:]
        check_files(folder)
    os.close(master)
    os.close(slave)


@contextlib.contextmanager
def stalled(folder, more, *options):
    """A kleak whose reader stops after the first bytes: the process, and the pipe."""
    out, its = os.pipe()
    fcntl.fcntl(its, fcntl.F_SETPIPE_SZ, 4096)
    with open(os.path.join(folder, "stderr"), "wb") as err, \
            Process([sanitizers.KLEAK, "--json", "--interval", str(INTERVAL), *options],
                    stdout=its, stderr=err, **more) as process:
        os.close(its)
        assert select.select([out], [], [], PATIENCE)[0], "kleak prints nothing"
        time.sleep(3)
        yield process, out
    os.close(out)


def read_pipe(out):
    text = b""
    while True:
        some = os.read(out, 1 << 16)
        if not some:
            return text
        text += some


def test_reader_who_reads_on():
    with workshop() as (folder, more), churn(6), stalled(folder, more, *EVERYTHING) as (process, out):
        pieces = []
        reader = threading.Thread(target=lambda: pieces.append(read_pipe(out)))
        reader.start()
        time.sleep(3)
        status = end(process)
        reader.join()
        reports = [json.loads(line) for line in pieces[0].splitlines()]
        assert status == 0 and len(reports) >= 2 and reports[-1]["final"], (status, len(reports))


def fill(out):
    """Wait until no report fits into the pipe any more; kleak makes it as large as it may be."""
    before, deadline = -1, time.monotonic() + 90
    while time.monotonic() < deadline:
        waiting = struct.unpack("i", fcntl.ioctl(out, termios.FIONREAD, b"\0" * 4))[0]
        if waiting == before:
            return
        before = waiting
        time.sleep(3)


def test_reader_who_never_reads():
    """It ends all the same; what was saved is whole, and what was lost is said."""
    with workshop() as (folder, more):
        save = os.path.join(folder, "out.save")
        with churn(4), stalled(folder, more, "--save", save, *EVERYTHING) as (process, out):
            fill(out)
            end(process)
        assert saved(save)["final"]
        with open(os.path.join(folder, "stderr"), encoding="utf-8") as err:
            assert "stdout" in err.read()


@contextlib.contextmanager
def small_disk(folder, size):
    disk = os.path.join(folder, "disk")
    os.mkdir(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk],
                      stderr=subprocess.DEVNULL, check=False).returncode:
        raise tap.Skip("cannot mount a tmpfs here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def read_reports(process, holds):
    """What a kleak prints until that holds, and one more."""
    deadline = time.monotonic() + PATIENCE
    reports = []
    late = False
    while not late:
        late = holds() or time.monotonic() > deadline
        line = process.stdout.readline()
        assert line, "kleak ended"
        reports.append(json.loads(line))
    return reports


def test_full_disk():
    """Tracing goes on, up to the final report; what was saved before can be read."""
    # there is room for some reports (24 KiB each, on a busy machine more than 36), and soon for no other one
    with workshop() as (folder, more), small_disk(folder, "160k") as disk, churn(8), \
            open(os.path.join(folder, "stderr"), "w+b") as err:
        save = os.path.join(disk, "out.save")
        with Process([sanitizers.KLEAK, "--json", "--interval", str(INTERVAL), "--save", save,
                      *EVERYTHING], stdout=subprocess.PIPE, stderr=err, **more) as process:
            reports = read_reports(process, lambda: save.encode() in os.pread(err.fileno(), 1 << 16, 0))
            process.send_signal(signal.SIGINT)
            start = time.monotonic()
            out, _ = process.communicate(timeout=PATIENCE)
            assert time.monotonic() - start < ENDS
        reports += [json.loads(line) for line in out.splitlines()]
        said = os.pread(err.fileno(), 1 << 16, 0).decode()
        assert process.returncode != sanitizers.STATUS and reports[-1]["final"], said
        assert save in said, said
        assert saved(save)["version"] == 2


def test_folder_of_another_user():
    """There a link may lead anywhere: what it leads to is not overwritten."""
    with workshop() as (folder, more), churn(4):
        theirs, ours = os.path.join(folder, "theirs"), os.path.join(folder, "ours")
        os.mkdir(theirs)
        os.mkdir(ours)
        os.chown(theirs, NOBODY, NOBODY)
        with Kleak(*EVERYTHING, *files_in(theirs), interval=INTERVAL, program=sanitizers.KLEAK,
                   **more) as kleak:
            time.sleep(3)
            kleak.stop()
        check_files(theirs)
        for name in os.listdir(theirs):
            link, victim = os.path.join(theirs, name), os.path.join(ours, name)
            with open(victim, "w", encoding="utf-8") as out:
                out.write("precious\n")
            os.unlink(link)
            os.symlink(victim, link)
            os.chown(link, NOBODY, NOBODY, follow_symlinks=False)
        done = subprocess.run([sanitizers.KLEAK, "--duration", "1", *files_in(theirs)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE,
                              check=False, **more)
        assert done.returncode in (0, 1), done.stderr
        assert len(os.listdir(ours)) == 5
        for name in os.listdir(ours):
            with open(os.path.join(ours, name), encoding="utf-8") as out:
                assert out.read() == "precious\n", (name, done.stderr)


if __name__ == "__main__":
    need_root()
    tap.main(globals())
