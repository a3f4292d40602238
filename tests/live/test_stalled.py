#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Those who take nothing: pipes that nobody empties, FIFOs that nobody reads."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import time

from kleak import KLEAK, Process, need_root, run, tap

SOON = 4  # seconds: one, and what a busy machine adds


def filled_pipe():
    """Its ends; not a byte fits."""
    out, into = os.pipe()
    os.set_blocking(into, False)
    try:
        while True:
            os.write(into, bytes(4096))
    except BlockingIOError:
        os.set_blocking(into, True)
    return out, into


def filled_socket():
    out, into = socket.socketpair()
    into.setblocking(False)
    try:
        while True:
            into.send(bytes(4096))
    except BlockingIOError:
        into.setblocking(True)
    return out, into


def ends(process):
    start = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        _, words = process.communicate(timeout=30)
    finally:
        process.kill()
    return time.monotonic() - start, words.decode()


def test_what_has_nothing_to_lose():
    for argv in (["--help"], ["--explain"]):
        out, into = filled_pipe()
        with Process([KLEAK, *argv], stdout=into, stderr=subprocess.PIPE) as process:
            time.sleep(2)
            assert process.poll() is None, argv
            took, words = ends(process)
        os.close(out)
        os.close(into)
        assert took < SOON and process.returncode == -signal.SIGTERM, (argv, took, process.returncode)
        assert words.startswith("kleak: ended by a signal: ") and words.count("\n") == 1, words


def test_streams():
    for argv in (["--json"], ["ledger", "--json"]):
        out, into = filled_socket()
        with Process([KLEAK, *argv, "--interval", "0.2"], stdout=into, stderr=subprocess.PIPE) as process:
            time.sleep(4)
            took, words = ends(process)
        out.close()
        into.close()
        assert took < SOON and process.returncode == 1, (argv, took, process.returncode)
        assert "not printed: nobody reads stdout" in words, words


def test_timeout_into_sleep():
    """What fits into the pipe are whole lines, the last report too; each report was saved."""
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "a")
        out, into = os.pipe()
        start = time.monotonic()
        done = subprocess.run(["timeout", "5", KLEAK, "--json", "--interval", "0.2", "--origin", "vmalloc",
                               "--save", path], stdout=into, stderr=subprocess.PIPE, check=False, timeout=60)
        took = time.monotonic() - start
        os.close(into)
        with os.fdopen(out, "rb") as pipe:
            text = pipe.read()
        assert took < 5 + SOON and done.returncode == 124, (took, done)
        assert text.endswith(b"\n") and json.loads(text.splitlines()[-1])["final"], text[-100:]
        back = run("report", "--all", "--json", path)
        assert len(back.stdout.splitlines()) == len(text.splitlines()) > 5, len(back.stdout.splitlines())


def test_duration():
    out, into = filled_socket()
    start = time.monotonic()
    done = subprocess.run([KLEAK, "--duration", "1", "--interval", "0.3"], stdout=into, stderr=subprocess.PIPE,
                          check=False, timeout=60)
    took = time.monotonic() - start
    out.close()
    into.close()
    assert done.returncode == 1 and took < 15 and b"not printed" in done.stderr, (took, done)


def test_fifo_without_reader():
    with tempfile.TemporaryDirectory() as place:
        fifo = os.path.join(place, "fifo")
        os.mkfifo(fifo)
        start = time.monotonic()
        done = run("--prom", fifo, "--duration", "1", "--interval", "0.3")
        assert done.returncode == 1 and time.monotonic() - start < 15, done
        assert "final report" in done.stdout and done.stderr == f"kleak: cannot write {fifo}: nobody reads it\n", done


need_root()
if __name__ == "__main__":
    tap.main(globals())
