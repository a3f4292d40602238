# SPDX-License-Identifier: GPL-2.0-only
"""Running kleak in guests."""
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402
from schema import check_schema  # noqa: E402, F401

# Others: sudo make test-guest GUESTS="6.18 7.3 arm64/6.12"
VERSIONS = os.environ.get("GUESTS", "6.1 6.12").split()
# Those that some test runs on where nothing else was asked for.
EVERY = {*VERSIONS, "6.1", "6.12", "arm64/6.1", "arm64/6.12"}
CANNOT_RUN = 77
# What a kernel says on its console that goes on, so that the script ends as if nothing had been.
TROUBLE = re.compile(r"^.*(BUG: |Oops: |general protection fault|-\[ (cut here|end trace)|Call Trace:)", re.M)


def at_least(version, *least):
    return tuple(map(int, re.search(r"(\d+)\.(\d+)", version).groups())) >= least


def is_arm64(version):
    return version.startswith("arm64/")


def has_fentry(version):
    """Trampolines of ftrace came to arm64 with 6.4."""
    return not is_arm64(version) or at_least(version, 6, 4)


def built(version, program):
    """kleak, or a program of the tests, built for that kernel's architecture."""
    if is_arm64(version):
        # sanitizers are not to be had in what is linked statically
        path = f"build/arm64/{program.removesuffix('-asan')}"
        if not os.path.exists(os.path.join(ROOT, path)):
            raise tap.Skip(f"there is no {path}: make arm64")
        return path
    return program if program == "kleak" else f"build/{program}"


def check_kernel(printed):
    """It complained of nothing on its console."""
    trouble = TROUBLE.search(printed)
    assert not trouble, "the kernel is in trouble:\n" + printed[max(0, trouble.start() - 2000):][:8000]


def call(*argv, timeout=850, **variables):
    done = subprocess.run(["tools/guest", *argv], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=timeout, check=False,
                          env=dict(os.environ, **variables))
    if done.returncode == CANNOT_RUN:
        raise tap.Skip(done.stderr.strip().splitlines()[-1].removeprefix("SKIP: "))
    check_kernel(done.stdout)
    return done


def module(version, name="kleak_test", folder="tests/kmod"):
    """A test module, built for that kernel."""
    path = f"build/kmod/{version}/{name}.ko"
    source = [os.path.join(ROOT, folder, "Kbuild"), *glob.glob(os.path.join(ROOT, folder, "*.h")),
              os.path.join(ROOT, folder, f"{name}.c")]
    if os.path.exists(path) and os.path.getmtime(path) > max(map(os.path.getmtime, source)):
        return path
    done = call(version, "--module", folder, path, LEAK=name)
    assert done.returncode == 0, done.stderr
    return path


def boot(version, script, *options):
    """Run a shell script in the guest with kleak and the module; what it printed."""
    done = call(version, "--one-thread", "--timeout", "800", "--add", f"{built(version, 'kleak')}:/bin/kleak",
                "--add", f"{module(version)}:/kleak_test.ko", *options, "--", "sh", "-c", script)
    assert done.returncode == 0, f"status {done.returncode}:\n{done.stderr}\n{done.stdout[-3000:]}"
    return done.stdout


def once(of):
    """What of(version) gives, made once for each version, whoever asks first."""
    locks, made = {version: threading.Lock() for version in EVERY}, {}

    def get(version):
        with locks[version]:
            if version not in made:
                try:
                    made[version] = of(version)
                except Exception as failure: # everybody's who asks
                    made[version] = failure
        if isinstance(made[version], Exception):
            raise made[version]
        return made[version]
    return get


def keep(result):
    """What a measurement found, a line of JSON in the file that TO names, if any."""
    if os.environ.get("TO"):
        with open(os.environ["TO"], "a", encoding="utf-8") as out:
            out.write(json.dumps(result) + "\n")


def main(*checks, kernels=None):
    """
    Run check(version) for each kernel, one test each: those that GUESTS names, or else `kernels`, or 6.1 and
    6.12.  A guest takes one CPU, and waits most of the time: those of the kernels run beside each other,
    GUESTS_AT_ONCE of them where that says how many.
    """
    tests = {}
    versions = VERSIONS if "GUESTS" in os.environ or not kernels else kernels
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("GUESTS_AT_ONCE", len(versions)))) as pool:
        for check in checks:
            for version in versions:
                name = f"test_{check.__name__}_on_{re.sub('[^0-9a-z]', '_', version)}"
                tests[name] = pool.submit(check, version).result
    tap.main(tests)
