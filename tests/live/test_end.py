#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""How kleak ends: signals, exits, closed pipes; and that nothing stays behind."""
import concurrent.futures
import json
import os
import pty
import signal
import subprocess
import time

from kleak import KLEAK, Kleak, Load, Process, check_schema, files_of, need_root, run, sites_of, tap, total


def bpf_ids(kind):
    """Of all programs or maps that there are."""
    out = subprocess.run(["bpftool", "-j", kind, "show"], stdout=subprocess.PIPE, check=True).stdout
    return {entry["id"] for entry in json.loads(out)}


def ids_of(pid, kind):
    """Of the programs or maps that the process holds."""
    return {int(one[f"{kind}_id"]) for one in files_of(pid, f"bpf-{kind}")}


def holds(pid, kind):
    """Has the process a file of this kind open?"""
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            if kind in os.readlink(f"/proc/{pid}/fd/{number}"):
                return True
        except FileNotFoundError:
            pass
    return False


def until(true, patience=30):
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def check_nothing_left(end):
    with Kleak() as kleak:
        ours = ids_of(kleak.process.pid, "prog"), ids_of(kleak.process.pid, "map")
        assert len(ours[0]) >= 10 and len(ours[1]) >= 5, ours
        assert ours[0] <= bpf_ids("prog") and ours[1] <= bpf_ids("map"), ours
        end(kleak)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            left = ours[0] & bpf_ids("prog"), ours[1] & bpf_ids("map")
            if left == (set(), set()):
                return
            time.sleep(0.2)
        raise AssertionError(f"programs and maps left: {left}")


def kill(kleak):
    kleak.process.kill()
    kleak.process.wait()


def test_sigkill_leaves_nothing():
    check_nothing_left(kill)


def test_sigint_leaves_nothing():
    check_nothing_left(lambda kleak: kleak.stop(signal.SIGINT))


def test_every_signal_prints_the_last_report():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with Load() as load, Kleak("--pid", str(load.pid)) as kleak:
            load.do("eventfd 77")
            last = kleak.stop(number)
            assert total(last, "do_eventfd") == 77


def test_requests_end_nothing():
    """SIGUSR1 and SIGUSR2 ask for something where there is something to ask for."""
    runs = [(verb, subprocess.Popen([KLEAK, *verb], stdout=subprocess.PIPE, stderr=subprocess.PIPE))
            for verb in (["run", "--", "sleep", "2"], ["diagnose", "--for", "150"], ["ledger", "--interval", "1"])]
    for _, process in runs:
        until(lambda pid=process.pid: holds(pid, "signalfd"))
    time.sleep(0.5)
    for number in (signal.SIGUSR1, signal.SIGUSR2):
        for _, process in runs:
            process.send_signal(number)
    time.sleep(0.3)
    ended = [(verb, process.returncode) for verb, process in runs if process.poll() is not None]
    for verb, process in runs:
        if verb[0] != "run":
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert not ended, ended
    # a diagnosis that was interrupted is undecided
    assert [process.returncode for _, process in runs] == [0, 4, 0], [(verb, p.returncode) for verb, p in runs]


def test_scan_does_not_outlast_the_duration():
    start = time.monotonic()
    done = run("--duration", "4", "--scan=1", "--scan-rate", "1", "--json")
    assert done.returncode == 0 and time.monotonic() - start < 15, (done, time.monotonic() - start)


def test_closed_stdout_in_a_scan():
    # of more than a minute
    with Process([KLEAK, "--interval", "0.3", "--scan=1", "--scan-rate", "1"],
                 stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        time.sleep(3)
        process.stdout.close()
        try:
            assert process.wait(timeout=10) == 1
        finally:
            process.kill()
        assert b"stdout" in process.stderr.read()


def test_duration():
    start = time.monotonic()
    done = run("--duration", "2", "--interval", "0.7", "--json")
    took = time.monotonic() - start
    assert done.returncode == 0, done.stderr
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    final = [r["final"] for r in reports]
    # one that a busy machine makes late takes the place of the next
    assert final in ([False, False, True], [False, True]), final
    assert 2 <= reports[-1]["elapsed_s"] < 3 and took < 10


def test_json_is_what_the_schema_says():
    done = run("--duration", "2", "--interval", "0.5", "--json", "--origin",
               "slab,vmalloc,percpu,pages")
    check_schema("report", done.stdout)


def queues():
    """The ids of all message queues."""
    with open("/proc/sysvipc/msg", encoding="ascii") as text:
        return {line.split()[1] for line in text.readlines()[1:]}


def test_followed_process_exits():
    with Load() as load:
        with Kleak("--pid", str(load.pid)) as kleak:
            before = queues()
            load.do("queue 20")
            ours = queues() - before
            os.kill(load.pid, signal.SIGKILL)  # its queues stay
            load.process.wait()
            report = kleak.until(lambda r: r["note"], patience=10)
            assert f"process {load.pid} has exited" in report["note"]
            assert total(report, "newque") == 20
            kleak.next()
            last = kleak.stop()
            assert total(last, "newque") == 20 and last["note"]
    for queue in ours:
        subprocess.run(["ipcrm", "-q", queue], check=True)


def test_closed_stdout():
    with Process([KLEAK, "--interval", "0.3"], stdout=subprocess.PIPE,
                 stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=20) == 1
        words = process.stderr.read().decode()
    assert words.count("\n") == 1 and "stdout" in words, words


def test_unwritable_stdout():
    with open("/dev/full", "w", encoding="utf-8") as full:
        for argv in (["--duration", "1"], ["--duration", "1", "--json"], ["--help"], ["--explain"]):
            done = subprocess.run([KLEAK, *argv], stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=60, check=False)
            assert done.returncode == 1, (argv, done.returncode)
            assert done.stderr.count("\n") == 1 and "stdout" in done.stderr, done.stderr


def read_pty(argv, env):
    try:
        master, slave = pty.openpty()
    except OSError as error:
        raise tap.Skip(f"no pseudo terminal here: {error}") from error
    with Process([KLEAK, *argv], stdout=slave, stderr=subprocess.DEVNULL, env=env) as p:
        os.close(slave)
        text = b""
        while True:
            try:
                some = os.read(master, 65536)
            except OSError:
                break
            if not some:
                break
            text += some
        p.wait()
    os.close(master)
    return text


def test_colours_only_on_a_terminal():
    plain = dict(os.environ, TERM="xterm")
    plain.pop("NO_COLOR", None)
    argv = ["--duration", "1"]
    assert b"\x1b[" in read_pty(argv, plain)
    assert b"\x1b" not in read_pty([*argv, "--no-color"], plain)
    assert b"\x1b" not in read_pty(argv, dict(plain, NO_COLOR="1"))
    assert "\x1b" not in run(*argv).stdout


def test_run_shows_what_is_left():
    script = "for i in 1 2 3 4 5; do ipcmk -Q | tr -dc '0-9\\n'; done; exit 7"
    done = run("run", "--json", "--", "sh", "-c", script)
    *ours, line = done.stdout.splitlines()
    try:
        assert done.returncode == 7, (done.returncode, done.stderr)
        report = json.loads(line)
        assert report["final"] and report["filter"]["command"] == "sh"
        assert total(report, "newque") == len(ours) == 5, ours
        assert "waited" in done.stderr
    finally:
        for queue in ours:
            subprocess.run(["ipcrm", "-q", queue], check=True)


def test_run_exit_codes():
    queue = "id=$(ipcmk -Q | tr -dc 0-9); echo $id"
    names = f"i=0; while [ $i -lt 50 ]; do [ -e /tmp/none-{os.getpid()}-$i ]; i=$((i + 1)); done; exit 4"
    # each waits for what is freed late: beside each other
    with concurrent.futures.ThreadPoolExecutor() as pool:
        one, reclaimable, below, killed = pool.map(lambda argv: run("run", *argv), (
            ["--exit-code", "--cache", "kmalloc-cg-256", "--json", "--", "sh", "-c", queue],
            ["--exit-code", "--cache", "dentry", "--json", "--", "sh", "-c", names],
            ["--exit-code", "--threshold", "1G", "--", "sh", "-c", "exit 9"],
            ["--", "sh", "-c", "kill -9 $$"]))

    subprocess.run(["ipcrm", "-q", one.stdout.splitlines()[0]], check=True)
    report = json.loads(one.stdout.splitlines()[-1])
    left = report["sites_total"]["bytes"]
    assert left >= 256 and one.returncode == 3, (left, one.returncode)

    # what the kernel can take back is no rest
    report = json.loads(reclaimable.stdout.splitlines()[-1])
    left = report["sites_total"]["bytes"]
    assert left >= 50 * 192 and reclaimable.returncode == 0, (left, reclaimable.returncode)
    assert all(s["verdict"]["name"] == "CACHE" for s in report["sites"]), report["sites"]

    assert below.returncode == 0, below.returncode
    assert killed.returncode == 137, killed.returncode


def test_run_passes_signals_on():
    """Also to a command that is stopped; a second one kills it.  Nothing is traced to wait for."""
    runs = []
    for script, signals, status in (("exec sleep 100", [signal.SIGINT], 130),
                                    ("kill -STOP $$; exec sleep 100", [signal.SIGTERM], 143),
                                    ("trap '' TERM; exec sleep 100", [signal.SIGTERM] * 2, 137)):
        runs.append((subprocess.Popen([KLEAK, "run", "--min-size", "1G", "--", "sh", "-c",
                                       "echo $$; " + script], stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL), signals, status))
    commands = [int(process.stdout.readline()) for process, _, _ in runs]
    time.sleep(0.5)
    for number in range(2):
        for process, signals, _ in runs:
            if signals[number:]:
                process.send_signal(signals[number])
        time.sleep(1.5)
    ended = [not os.path.exists(f"/proc/{command}") for command in commands]
    for command in [c for c, gone in zip(commands, ended) if not gone]:
        os.kill(command, signal.SIGKILL)
    assert all(ended), ended
    for process, signals, status in runs:
        process.communicate(timeout=20)
        assert process.returncode == status, (signals, process.returncode)


def test_run_says_who_still_runs():
    # nothing is traced to wait for
    for script, words in (("sleep 8 & sleep 8 & true", "2 processes of sh still run: "), ("true", None)):
        done = run("run", "--min-size", "1G", "--json", "--", "sh", "-c", f"exec >&- 2>&-; {script}")
        report = json.loads(done.stdout)
        assert (report["note"] or "").startswith(words or "") and bool(report["note"]) == bool(words), report["note"]
        assert "objects were" not in done.stderr and ("not all" in done.stderr) == bool(words), done.stderr


def test_run_cannot_run():
    for command, status in (("/no/such/command", 127), ("/etc/passwd", 126)):
        done = run("run", "--", command)
        assert done.returncode == status, (command, done.returncode)
        assert done.stdout == "" and command in done.stderr and done.stderr.count("\n") == 1


def test_run_follows_children_only():
    with Load() as other:
        script = "(sleep 0.3; ipcmk -Q) | tr -dc 0-9"
        with Process([KLEAK, "run", "--json", "--", "sh", "-c", script],
                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            for _ in range(20):
                other.do("queue 5")
                time.sleep(0.05)
            out = process.stdout.read()
        number, _, line = out.partition(b"{")
        subprocess.run(["ipcrm", "-q", number.decode()], check=True)
        report = json.loads(b"{" + line)
        assert total(report, "newque") == 1, sites_of(report, "newque")


need_root()
if __name__ == "__main__":
    tap.main(globals())
