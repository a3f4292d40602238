#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What --save writes, and what kleak report and kleak diff make of it, without privilege."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from kleak import KLEAK, Load, Process, check_schema, need_root, run, tap

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]


class Folder:
    """A folder that anybody may look into, with a kleak that anybody may run."""

    def __enter__(self):
        self.path = tempfile.mkdtemp()
        os.chmod(self.path, 0o755)
        self.kleak = shutil.copy(KLEAK, self.path)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def file(self, name):
        return os.path.join(self.path, name)

    def give(self, name):
        """Let nobody read the file."""
        os.chown(self.file(name), 65534, 65534)

    def nobody(self, *argv):
        return subprocess.run([*NOBODY, self.kleak, *argv], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)

    def left(self):
        return sorted(set(os.listdir(self.path)) - {"kleak"})


def check_refused(done, *words):
    assert done.returncode == 1 and done.stdout == "", done
    assert done.stderr.startswith("kleak: ") and done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr, (word, done.stderr)


def test_report_is_what_was_printed():
    for options in (["--json"], ["--top", "3", "--sort", "objects"]):
        with Folder() as folder, Load() as load:
            load.process.stdin.write("churn 8\n")
            live = run("--save", folder.file("a"), "--interval", "0.4", "--duration", "1", *options)
            assert live.returncode == 0 and live.stdout, live.stderr
            assert folder.left() == ["a"]
            assert os.stat(folder.file("a")).st_mode & 0o7777 == 0o600
            check_refused(folder.nobody("report", folder.file("a")), "Permission denied")
            folder.give("a")
            back = folder.nobody("report", "--all", folder.file("a"), *options)
            assert back.returncode == 0 and back.stderr == "", back.stderr
            assert back.stdout == live.stdout, (live.stdout, back.stdout)
            last = folder.nobody("report", folder.file("a"), *options)
            assert last.stdout and live.stdout.endswith(last.stdout) and last.stdout != live.stdout
            every = json.loads(folder.nobody("report", folder.file("a"), "--json").stdout)
            assert len(every["sites"]) == every["sites_total"]["sites"] > 3, every["sites_total"]


def test_filters():
    with Folder() as folder, Load() as load:
        load.do("eventfd 50")
        done = run("--save", folder.file("a"), "--interval", "0.5", "--duration", "1")
        assert done.returncode == 0, done.stderr
        whole = json.loads(run("report", folder.file("a"), "--json").stdout)
        slab = json.loads(run("report", folder.file("a"), "--json", "--origin", "slab").stdout)
        assert [s for s in whole["sites"] if s["origin"] == "slab"] == slab["sites"]
        assert slab["sites_total"]["bytes"] == sum(s["bytes"] for s in slab["sites"])
        aged = json.loads(run("report", folder.file("a"), "--json", "--sort", "age").stdout)
        ages = [s["age_median_s"] for s in aged["sites"]]
        assert ages == sorted(ages, reverse=True)
        check_refused(run("report", folder.file("a"), "--origin", "pages"), "pages")
        done = run("report", folder.file("a"), "--min-age", "3")
        assert done.returncode == 2 and "--min-age" in done.stderr and done.stderr.count("\n") == 1


def test_killed():
    with Folder() as folder:
        with Process([KLEAK, "--save", folder.file("a"), "--interval", "0.3", "--json"],
                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            lines = [process.stdout.readline() for _ in range(3)]
            process.send_signal(signal.SIGKILL)
            lines += process.stdout.readlines()
            process.wait()
        assert folder.left() == ["a"]
        back = run("report", "--all", "--json", folder.file("a"))
        assert back.returncode == 0 and "ends early" in back.stderr, back.stderr
        assert back.stderr.count("\n") == 1
        # a report is saved before it is printed
        printed = "".join(line.decode() for line in lines if line.endswith(b"\n"))
        assert len(lines) >= 3 and back.stdout.startswith(printed)


def test_cannot_save():
    start = time.monotonic()
    with Folder() as folder:
        check_refused(run("--save", "/no/such/folder/file"), "/no/such/folder/file")
        check_refused(run("--save", folder.path), "directory")
        check_refused(run("run", "--save", "/proc/x", "--", "touch", folder.file("ran")), "/proc/x")
        assert folder.left() == []
    assert time.monotonic() - start < 20  # nothing was traced
    done = run("--save", "/dev/full", "--duration", "1", "--interval", "0.5")
    assert done.returncode == 1 and done.stderr.count("\n") == 2 and "2 of 2 reports" in done.stderr, done.stderr
    assert "final report" in done.stdout, done.stdout


def test_full_disk():
    """For a while: tracing goes on, what is saved is whole, and what was lost is said."""
    place = tempfile.mkdtemp()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", place], stderr=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode:
        os.rmdir(place)
        raise tap.Skip(f"no file system can be mounted: {done.stderr.strip()}")
    try:
        path, filler = os.path.join(place, "a"), os.path.join(place, "filler")
        with Process([KLEAK, "--save", path, "--interval", "0.3", "--json"], stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE) as process:
            process.stdout.readline()
            try:
                with open(filler, "wb", buffering=0) as file:
                    while file.write(bytes(4096)):
                        pass
            except OSError:
                pass
            words = process.stderr.readline().decode()
            assert "cannot save" in words and "No space left" in words, words
            os.unlink(filler)
            words = process.stderr.readline().decode()
            assert "again" in words, words
            process.terminate()
            out, err = process.communicate(timeout=30)
        assert json.loads(out.splitlines()[-1])["final"] and process.returncode == 1, process.returncode
        assert b"reports were not saved" in err and err.count(b"\n") == 1, err
        back = run("report", "--all", "--json", path)
        assert back.returncode == 0 and back.stderr == "", back.stderr
        assert json.loads(back.stdout.splitlines()[-1])["final"]
    finally:
        subprocess.run(["umount", place], check=True)
        os.rmdir(place)


def test_diagnose_saves():
    with Folder() as folder, Load() as load:
        load.process.stdin.write("churn 1\neventfd 20\n" * 13)  # some of it while kleak traces
        live = run("diagnose", "--now", "--for", "13s", "--evidence", "1", "--interval", "0.3",
                   "--top", "2", "--json", "--save", folder.file("page"))
        assert live.returncode in (0, 3, 4), live.stderr
        page = json.loads(live.stdout)["report"]
        back = json.loads(run("report", "--json", folder.file("page")).stdout)
        assert 1 <= len(page["sites"]) <= 2 and back["sites"][:2] == page["sites"]
        assert len(back["sites"]) == page["sites_total"]["sites"]
        assert back["sites"][0]["who_allocations"] >= sum(w["allocations"] for w in back["sites"][0]["who"]) > 0


def test_diff():
    with Folder() as folder, Load() as load:
        for name, more in (("a", 100), ("b", 300)):
            with Process([KLEAK, "--save", folder.file(name), "--pid", str(load.pid),
                          "--interval", "0.5", "--json"], stdout=subprocess.PIPE) as process:
                process.stdout.readline()
                load.do(f"eventfd {more}")
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=30)
            folder.give(name)
        done = folder.nobody("diff", "--json", folder.file("a"), folder.file("b"))
        assert done.returncode == 0, done.stderr
        diff = check_schema("diff", done.stdout)
        deltas = [s["delta_objects"] for s in diff["sites"]
                  if s["stack"] and s["stack"][0]["symbol"] == "do_eventfd"]
        assert deltas == [200], diff["sites"]
        text = folder.nobody("diff", folder.file("a"), folder.file("b"))
        assert "do_eventfd" in text.stdout and "+200" in text.stdout
        same = folder.nobody("diff", folder.file("a"), folder.file("a"))
        assert "no site differs" in same.stdout


def test_no_file_of_ours():
    with Folder() as folder:
        for name, content, word in (("empty", b"", "empty"), ("text", b"hello\n", "no file of"),
                                    ("gz", b"\x1f\x8b\x08" + bytes(99), "corrupt")):
            with open(folder.file(name), "wb") as file:
                file.write(content)
            for argv in (["report"], ["report", "--all"], ["diff", folder.file(name)]):
                check_refused(folder.nobody(*argv, folder.file(name)), folder.file(name), word)
        check_refused(folder.nobody("report", folder.path), "directory")
        check_refused(folder.nobody("report", folder.file("none")), "No such file")


def test_a_bound():
    """The oldest reports go, the newest are there when it is killed, and other programs can unpack what is left."""
    with Folder() as folder:
        path = folder.file("bounded")
        with Process([KLEAK, "--save", path, "--save-max", "400K", "--interval", "0.1"],
                     stdout=subprocess.DEVNULL) as kleak:
            end, largest = time.monotonic() + 60, 0
            oldest, first = None, None
            while first == oldest and time.monotonic() < end:
                time.sleep(0.5)
                if not os.path.exists(path):
                    continue
                largest = max(largest, os.stat(path).st_size)
                reports = run("report", "--json", "--all", path).stdout.splitlines()
                first = json.loads(reports[0])["elapsed_s"]
                oldest = oldest or first
            kleak.kill()
        assert first > oldest and len(reports) >= 2, (first, oldest, len(reports))
        assert largest <= 400 << 10, largest
        times = [json.loads(line)["elapsed_s"] for line in run("report", "--json", "--all", path).stdout.splitlines()]
        assert times == sorted(times) and times[-1] >= json.loads(reports[-1])["elapsed_s"], times
        with open(path, "rb") as file:
            unpacked = subprocess.run(["gzip", "-cd"], input=file.read(), stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, check=False).stdout.splitlines()
        assert len([line for line in unpacked if line.startswith(b'{"version":')]) >= len(times)
    done = run("--save", "/dev/null", "--save-max", "1M", "--duration", "1")
    assert done.returncode == 1 and "/dev/null" in done.stderr and done.stderr.count("\n") == 1, done


need_root()
if __name__ == "__main__":
    tap.main(globals())
