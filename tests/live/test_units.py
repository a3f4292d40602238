#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The units for systemd: they are right, closed as far as can be, and leave kleak what it needs."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from kleak import KLEAK, PATIENCE, ROOT, growing, need_root, tap

sys.path.insert(0, os.path.join(ROOT, "tests", "unit"))
import check_prom  # noqa: E402

SERVICES = {"kleak.service": 1.2, "kleak-diagnose.service": 3.2, "kleak-leak.service": 0.7}  # exposure at most
UNITS = [*SERVICES, "kleak-diagnose.timer"]


def need(program):
    if not shutil.which(program):
        raise tap.Skip(f"{program} is not installed: the units were not looked at")


@contextlib.contextmanager
def installed():
    """A root folder with kleak, its units, and what they call."""
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["make", "-s", "-C", ROOT, "install-units", f"DESTDIR={root}", "PREFIX=/usr"], check=True,
                       stdout=subprocess.DEVNULL)
        for program in ("/usr/sbin/kleak", "/bin/mv", "/bin/sh"):
            os.makedirs(root + os.path.dirname(program), exist_ok=True)
            shutil.copy(KLEAK if program.endswith("kleak") else program, root + program)
        # what units depend on by default
        for unit in ("sysinit.target", "basic.target", "shutdown.target", "multi-user.target", "timers.target",
                     "time-set.target", "time-sync.target", "-.mount", "system.slice"):
            if os.path.exists(f"/usr/lib/systemd/system/{unit}"):
                shutil.copy(f"/usr/lib/systemd/system/{unit}", f"{root}/usr/lib/systemd/system/{unit}")
        yield root


def read(unit):
    with open(os.path.join(ROOT, "deploy/systemd", unit), encoding="ascii") as text:
        return re.sub(r"\\\n\s*", "", text.read())


def values(unit, key):
    return re.findall(rf"^{key}=(.*)$", read(unit), re.M)


def analyze(*argv):
    return subprocess.run(["systemd-analyze", *argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)


def test_verify():
    need("systemd-analyze")
    with installed() as root:
        for unit in UNITS:
            done = analyze("verify", "--man=no", "--recursive-errors=no", f"--root={root}", unit)
            assert done.returncode == 0, done.stdout
            wrong = [line for line in done.stdout.splitlines() if "kleak" in line]
            assert not wrong, wrong
        # it does see what is wrong
        with open(f"{root}/usr/lib/systemd/system/kleak.service", "a", encoding="ascii") as unit:
            unit.write("[Service]\nProtectSystem=stricter\n")
        assert "stricter" in analyze("verify", "--man=no", f"--root={root}", "kleak.service").stdout


def test_exposure():
    need("systemd-analyze")
    with installed() as root:
        for unit, most in SERVICES.items():
            done = analyze("security", "--no-pager", "--offline=true", f"--root={root}", unit,
                           f"--threshold={int(10 * most)}")
            found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
            if not found:
                raise tap.Skip(f"this systemd-analyze tells nothing of files: {done.stdout.strip()}")
            assert done.returncode == 0 and float(found.group(1)) <= most, done.stdout


def confined(unit):
    """What runs a command as root with the capabilities that the unit leaves."""
    left = [f"+{name.lower().removeprefix('cap_')}" for name in values(unit, "CapabilityBoundingSet")[0].split()]
    assert all(name in ("+bpf", "+perfmon", "+syslog", "+dac_read_search", "+sys_ptrace") for name in left), left
    return ["setpriv", f"--bounding-set={','.join(['-all', *left])}", "--inh-caps=-all", "--no-new-privs"]


def command(unit, **folders):
    """Its ExecStart, in these folders."""
    words = values(unit, "ExecStart")[0].replace("@SBINDIR@/kleak", KLEAK)
    for name, folder in folders.items():
        words = words.replace({"state": "%S/kleak", "prom": "${KLEAK_PROM}"}[name], folder)
    assert "%" not in words and "$" not in words, words
    return words.split()


def test_the_books_need_no_capability():
    with tempfile.TemporaryDirectory() as place:
        file = os.path.join(place, "kleak.prom")
        done = subprocess.run([*confined("kleak.service"), *command("kleak.service", prom=file), "--duration", "0.5"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0 and not done.stderr, done
        families = check_prom.check(file)
    assert list(families["kleak_books_unread"][1].values()) == [0], families["kleak_books_unread"]
    assert len(families["kleak_books_cache_bytes"][1]) > 10


def test_diagnose_lacks_nothing():
    with tempfile.TemporaryDirectory() as place:
        words = command("kleak-diagnose.service", state=place)
        assert words[words.index("--for") + 1] == "1h"
        words[words.index("--for") + 1] = "20s"
        with growing():
            done = subprocess.run([*confined("kleak-diagnose.service"), *words, "--evidence", "5", "--now"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=2 * PATIENCE,
                                  check=False)
        assert done.returncode in (0, 3, 4, 5), done
        assert sorted(os.listdir(place)) == ["diagnosis.html", "diagnosis.kleak"], os.listdir(place)
        saved = subprocess.run([KLEAK, "report", "--json", f"{place}/diagnosis.kleak"], stdout=subprocess.PIPE,
                               text=True, check=True)
        report = json.loads(saved.stdout)
        assert not [spot for spot in report["blind_spots"] if "CAP_" in spot], report["blind_spots"]
        assert any(frame["symbol"] for site in report["sites"] for frame in site["stack"]), report["sites"]


def test_which_ends_are_failures():
    """OnFailure= is for a leak, and for what kept it from running; not for 4 and 5."""
    assert values("kleak-diagnose.service", "SuccessExitStatus") == ["4 5"]
    assert values("kleak-diagnose.service", "OnFailure") == ["kleak-leak.service"]
    script = re.search(r"-c '(.*)'", values("kleak-leak.service", "ExecStart")[0]).group(1).replace("$$", "$")
    for status, said in (("3", "<2>kernel memory leaks"), ("1", "<3>kleak diagnose failed"), ("", "status unknown")):
        done = subprocess.run(["sh", "-c", script], stdout=subprocess.PIPE, text=True, check=True,
                              env={"MONITOR_EXIT_STATUS": status, "PATH": os.environ["PATH"]})
        assert said in done.stdout and done.stdout.count("\n") == 1, done.stdout


def allowed(unit):
    """The system calls that are left."""
    left = set()
    for line in values(unit, "SystemCallFilter"):
        words, negative = line.lstrip("~").split(), line.startswith("~")
        calls = set()
        while words:
            word = words.pop()
            if word.startswith("@"):
                listed = analyze("syscall-filter", word).stdout
                words += [line.strip() for line in listed.splitlines()[1:] if re.match(r" +[@a-z_0-9-]+$", line)]
            else:
                calls.add(word)
        left = left - calls if negative else left | calls
    return left


def test_system_calls():
    """Those that kleak makes are among those that are allowed."""
    need("systemd-analyze")
    need("strace")
    for unit, more in (("kleak.service", ["--duration", "0.5"]), ("kleak-diagnose.service", ["--evidence", "5", "--now"])):
        with tempfile.TemporaryDirectory() as place:
            trace = os.path.join(place, "trace")
            names = {"prom": f"{place}/x.prom"} if unit == "kleak.service" else {"state": place}
            words = [word if word != "1h" else "20s" for word in command(unit, **names)]
            subprocess.run(["strace", "-f", "-qq", "-o", trace, *words, *more], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=4 * PATIENCE, check=False)
            with open(trace, encoding="utf-8", errors="replace") as lines:
                made = {found.group(1) for line in lines if (found := re.match(r"\d+ +([a-z_0-9]+)\(", line))}
        assert len(made) > 20, made
        refused = made - allowed(unit)
        assert not refused, (unit, refused)


if __name__ == "__main__":
    need_root()
    tap.main(globals())
