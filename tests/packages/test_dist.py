#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""make dist: the same commit makes the same bytes, and they build where there is no git."""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as text:
        return text.read()


def version():
    return re.search(r"^VERSION := (\S+)$", read("Makefile"), re.M).group(1)


def run(*argv, **more):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    assert not done.returncode, done.stdout
    return done.stdout


def dist(tree, place):
    """The tarball of this tree's last commit, made in `place`."""
    run("make", "-s", "-C", tree, f"B={place}", "dist")
    tarball = os.path.join(place, f"kleak-{version()}.tar.gz")
    assert sorted(os.listdir(place)) == [os.path.basename(tarball)], os.listdir(place)
    return tarball


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def need_git():
    if not shutil.which("git") or not os.path.exists(os.path.join(ROOT, ".git")):
        raise tap.Skip("this is no clone, or there is no git")


def test_same_bytes_from_another_clone():
    need_git()
    with tempfile.TemporaryDirectory() as place:
        here, there, clone = (os.path.join(place, name) for name in ("here", "there", "clone"))
        one = dist(ROOT, here)
        run("git", "clone", "-q", "--no-hardlinks", ROOT, clone, preexec_fn=lambda: os.umask(0o077))
        run("git", "-C", clone, "config", "tar.umask", "0077")
        run("git", "-C", clone, "checkout", "-q", run("git", "-C", ROOT, "rev-parse", "HEAD").strip())
        other = dist(clone, there)
        assert digest(one) == digest(other)


def test_it_builds_without_git():
    need_git()
    with tempfile.TemporaryDirectory() as place:
        tarball = dist(ROOT, os.path.join(place, "dist"))
        run("tar", "-C", place, "-xf", tarball)
        tree = os.path.join(place, f"kleak-{version()}")
        with open(os.path.join(place, "git"), "w", encoding="ascii") as stub:
            stub.write("#!/bin/sh\necho git was called >&2\nexit 1\n")
        os.chmod(stub.name, 0o755)
        env = dict(os.environ, PATH=f"{place}:{os.environ['PATH']}")
        built = run("make", "-s", "-C", tree, "-j2", "CI=1", "CFLAGS=-O0", "kleak", env=env)
        assert "git was called" not in built, built
        assert run(os.path.join(tree, "kleak"), "--version").splitlines()[0] == f"kleak {version()}"


if __name__ == "__main__":
    tap.main(globals())
