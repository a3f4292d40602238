#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Bad input: one clear sentence on stderr, the right status, nothing on stdout."""
import os
import shutil
import subprocess
import tempfile

from kleak import KLEAK, Load, need_root, run, tap


def check(argv, status, *words):
    done = run(*argv)
    assert done.returncode == status, (argv, done.returncode, done.stderr)
    assert done.stdout == "", done.stdout
    assert done.stderr.startswith("kleak: ") and done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr, (argv, word, done.stderr)


def test_usage():
    check(["--nonsense"], 2, "--nonsense", "--help")
    check(["--interval", "fast"], 2, "--interval", "fast")
    check(["--top", "-3"], 2, "--top")
    check(["--pid", "0"], 2, "--pid")
    check(["run"], 2, "command")
    check(["--interval", "\x1b[31m"], 2, "?[31m")
    check(["ls"], 2, "kleak run")


def test_one_file_twice():
    with tempfile.TemporaryDirectory() as place:
        a, b = os.path.join(place, "a"), os.path.join(place, "b")
        with open(a, "w", encoding="ascii") as file:
            file.write("precious")
        os.link(a, b)
        check(["report", a, "--html", b], 2, "FILE", "--html")
        check(["--save", a, "--html", f"{place}/./b"], 2, "--save", "--html")
        check(["--save", f"{place}/new", "--prom", f"{place}/../{os.path.basename(place)}/new"], 2, "--save", "--prom")
        with open(a, encoding="ascii") as file:
            assert file.read() == "precious"


def test_links_of_others():
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o1777)
        link, target = os.path.join(place, "link"), os.path.join(place, "target")
        os.symlink(target, link)
        os.chown(link, 65534, 65534, follow_symlinks=False)
        for option in ("--save", "--prom", "--html", "--svg", "--folded"):
            check([option, link], 1, link, "another user")
        assert os.listdir(place) == ["link"]


def test_closed_files():
    """What is opened later does not become stdout."""
    for argv in (["--version"], ["--explain"]):
        done = subprocess.run([KLEAK, *argv], stderr=subprocess.PIPE, text=True, check=False,
                              preexec_fn=lambda: os.close(1))
        assert done.returncode == 1 and "stdout" in done.stderr, done


def test_unknown_cache():
    """It may be made later: kleak says so once and goes on."""
    for name in ("dentry,kleak-none", "kmalloc-100"):
        done = run("--cache", name, "--duration", "0.5", "--json")
        assert done.returncode == 0 and done.stdout, done
        assert done.stderr.count("\n") == 1 and f"--cache {name.split(',')[-1]}: " in done.stderr, done.stderr
    assert run("--cache", "dentry", "--duration", "0.5").stderr == ""


def test_unknown_process():
    check(["--pid", "2147483647"], 1, "no process 2147483647")


def test_thread_is_no_process():
    threads = subprocess.run("for p in /proc/[0-9]*; do ls $p/task; done 2>/dev/null | sort -n",
                             shell=True, stdout=subprocess.PIPE, text=True, check=False).stdout
    for tid in map(int, threads.split()):
        try:
            with open(f"/proc/{tid}/status", encoding="utf-8") as status:
                leader = next(int(line.split()[1]) for line in status if line.startswith("Tgid:"))
        except OSError:
            continue
        if leader != tid:
            check(["--pid", str(tid)], 1, f"--pid {leader}")
            return
    raise tap.Skip("no process has a second thread")


def test_cgroups():
    check(["--cgroup", "/no/such/cgroup"], 1, "/no/such/cgroup")
    check(["--cgroup", "/tmp"], 1, "no cgroup")
    check(["--charged-to", "/no/such/cgroup"], 1, "there is no cgroup /no/such/cgroup")
    check(["--charged-to", "/tmp"], 1, "/tmp is no cgroup whose memory is counted here")
    check(["--charged-to", ""], 2, "--charged-to")


def test_debug_info():
    check(["--debug-dir", "/no/such/folder"], 1, "--debug-dir /no/such/folder")
    check(["--debug-dir", "/etc/passwd"], 1, "/etc/passwd", "Not a directory")
    check(["ledger", "--debuginfod"], 2, "--debuginfod")
    os.environ.pop("DEBUGINFOD_URLS", None)
    check(["--debuginfod"], 1, "DEBUGINFOD_URLS")


def test_cgroup_v1():
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        v1 = [line.split()[1] for line in mounts if line.split()[2] == "cgroup"]
    if not v1:
        raise tap.Skip("no cgroup v1 file system is mounted")
    check(["--cgroup", v1[0]], 1, "version 1")


def test_unprivileged():
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        copy = shutil.copy(KLEAK, place)
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                               "--inh-caps=-all", copy],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1 and "root" in done.stderr and done.stdout == "", done
    assert done.stderr.count("\n") == 1


def test_help_and_version_need_nothing():
    assert run("--help").returncode == 0 and "Usage" in run("--help").stdout
    assert run("--version").stdout.startswith("kleak ")


need_root()
if __name__ == "__main__":
    tap.main(globals())
