#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Packages built in a bare Debian of each release, then installed, run, removed and purged in another one.

The roots are made by debootstrap, once: they stay in build/debian/roots, and what is done to them is gone
afterwards.  The kernel is this machine's.  RELEASES="bookworm trixie" takes others.
"""
import atexit
import glob
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402

RELEASES = os.environ.get("RELEASES", "bookworm trixie").split()
ROOTS = os.path.join(ROOT, "build/debian/roots")
QEMU = "/usr/bin/qemu-aarch64-static"
STATIC = os.path.join(ROOT, "build/static/kleak-x86_64")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MANPAGES = ["/usr/share/man/man8/kleak.8", "/usr/share/man/man5/kleak-json.5"]
COMPLETIONS = ["/usr/share/bash-completion/completions/kleak", "/usr/share/fish/vendor_completions.d/kleak.fish"]
LICENCE = ["/usr/share/doc/kleak/copyright"]
# What a command leaves behind in the kernel, in a namespace that ends with it.
LEAK = ("unshare --ipc {} run --json --exit-code --threshold 1K -- "
        "sh -c 'i=0; while [ $i -lt 200 ]; do ipcmk -Q; i=$((i + 1)); done >/dev/null'")


def call(*argv, **more):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          check=False, **more)


def must(*argv, **more):
    done = call(*argv, **more)
    assert done.returncode == 0, f"{' '.join(argv)}: status {done.returncode}\n{done.stdout[-3000:]}"
    return done.stdout


def archives(release):
    """What this machine's apt has of Debian, for that release: (archive, suite)."""
    with open("/etc/os-release", encoding="utf-8") as text:
        here = re.search(r"^VERSION_CODENAME=(\w+)", text.read(), re.M).group(1)
    found = {}
    for line in must("apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI) $(CODENAME)",
                     "Created-By: Packages").splitlines():
        origin, archive, suite = line.split()
        if origin == "Debian" and suite.startswith(here):
            found[archive.rstrip("/"), release + suite.removeprefix(here)] = True
    return list(found)


class Bare:
    """A bare Debian, as it was on the first day; what is done in it is gone at the end."""

    def __init__(self, release):
        lower, sources = os.path.join(ROOTS, release), archives(release)
        self.place = tempfile.mkdtemp(prefix=f"kleak-{release}.", dir="/var/tmp")
        self.root = f"{self.place}/root"
        atexit.register(self.end)
        if not os.path.exists(lower):
            os.makedirs(ROOTS, exist_ok=True)
            archive = next(archive for archive, suite in sources if suite == release)
            must("debootstrap", "--variant=minbase", release, f"{lower}.new", archive)
            os.rename(f"{lower}.new", lower)
        for folder in ("upper", "work", "root"):
            os.mkdir(f"{self.place}/{folder}")
        must("mount", "-t", "overlay", "overlay", "-o",
             f"lowerdir={lower},upperdir={self.place}/upper,workdir={self.place}/work", self.root)
        must("mount", "-t", "proc", "proc", f"{self.root}/proc")
        for folder in ("sys", "dev"):
            must("mount", "--rbind", f"/{folder}", f"{self.root}/{folder}")
            # or what is unmounted here would go there, too
            must("mount", "--make-rslave", f"{self.root}/{folder}")
        with open(f"{self.root}/etc/apt/sources.list", "w", encoding="ascii") as file:
            file.writelines(f"deb {archive} {suite} main\n" for archive, suite in sources)
        with open(f"{self.root}/etc/dpkg/dpkg.cfg.d/unsafe", "w", encoding="ascii") as file:
            file.write("force-unsafe-io\n")  # not on the disk at once: it goes away
        # each package is fetched once
        debs = os.path.join(ROOTS, f"{release}-debs")
        os.makedirs(f"{debs}/partial", exist_ok=True)
        must("mount", "--bind", debs, f"{self.root}/var/cache/apt/archives")
        self.must("apt-get update -qq")

    def call(self, command):
        return call("chroot", self.root, "env", "-i", f"PATH={PATH}", "HOME=/root", "LANG=C.UTF-8",
                    "DEBIAN_FRONTEND=noninteractive", "sh", "-c", command, stdin=subprocess.DEVNULL)

    def must(self, command):
        done = self.call(command)
        assert done.returncode == 0, f"{command}: status {done.returncode}\n{done.stdout[-3000:]}"
        return done.stdout

    def install(self, *words):
        self.must("apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 " + " ".join(words))

    def take(self, path, to):
        """A file of this machine's."""
        shutil.copy(path, self.root + to)

    def has(self, *paths):
        missing = [p for p in paths if not glob.glob(f"{self.root}{p}*")]
        assert not missing, missing

    def end(self):
        call("umount", "-R", "-l", self.root)
        with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
            if f" {self.place}/" in mounts.read():
                sys.exit(f"{self.place} stays: something is mounted there")
        shutil.rmtree(self.place, ignore_errors=True)


def check_names_a_leak(bare, kleak):
    """It runs on this kernel, and names who left message queues behind."""
    if bare.call(f"{kleak} --explain").returncode:
        raise tap.Skip("this kernel does not let kleak trace")
    done = bare.call(LEAK.format(kleak))
    assert done.returncode == 3, done.stdout[-3000:]
    report = next(json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    named = [(site["objects"], frame["symbol"]) for site in report["sites"] for frame in site["stack"]]
    assert any(objects >= 200 and symbol.startswith(("newque", "ksys_msgget")) for objects, symbol in named), named


class Release:
    """The tests of a release; each takes what those before it have made."""

    def __init__(self, name):
        self.name = name
        self.made = {}
        self.builder = None

    def built(self, what):
        if what not in self.made:
            raise tap.Skip(f"there is no {what}: it could not be built")
        return self.made[what]

    def keep(self, what, pattern):
        paths = glob.glob(f"{self.builder.root}/kleak/build/packages/{pattern}")
        assert len(paths) == 1, paths
        self.made[what] = paths[0]

    def build_deb(self):
        self.builder = Bare(self.name)
        os.mkdir(f"{self.builder.root}/kleak")
        must("sh", "-c", f"tar -c --exclude=./build --exclude=./.git --exclude=./kleak . | "
             f"tar -C {self.builder.root}/kleak -x --no-same-owner", cwd=ROOT)
        self.builder.install("make", "lintian")
        self.builder.must("make -C /kleak deb")
        self.keep("amd64", "kleak_*_amd64.deb")
        self.lint("amd64")

    def build_deb_for_arm64(self):
        self.built("amd64")
        self.builder.must("dpkg --add-architecture arm64 && apt-get update -qq")
        self.builder.install("crossbuild-essential-arm64")
        tree = "/kleak/build/packages/kleak-[0-9]*"  # not the package of debugging symbols
        self.builder.must(f"apt-get build-dep -y -qq --no-install-recommends -a arm64 -P cross,nocheck {tree}")
        self.builder.must("make -C /kleak deb DEB_HOST_ARCH=arm64")
        self.keep("arm64", "kleak_*_arm64.deb")
        self.lint("arm64")

    def build_rpm(self):
        self.built("amd64")
        self.builder.must("make -C /kleak rpm")
        self.keep("rpm", "rpm/RPMS/x86_64/kleak-[0-9]*.rpm")

    def lint(self, arch):
        said = self.builder.call(f"lintian --allow-root --fail-on warning,error {self.inside(arch)}")
        assert said.returncode == 0 and not re.search("^[EW]:", said.stdout, re.M), said.stdout

    def inside(self, what):
        return self.built(what).removeprefix(self.builder.root)

    def static(self):
        bare = Bare(self.name)
        bare.take(STATIC, "/root/kleak")
        assert bare.must("/root/kleak --version").startswith("kleak "), "no version"
        check_names_a_leak(bare, "/root/kleak")

    def check_removed(self, bare, files, remove, gone):
        """Nothing of it stays, and nothing else went."""
        bare.must(remove)
        left = [f for f in files if os.path.lexists(bare.root + f) and not os.path.isdir(bare.root + f)]
        assert not left, left
        done = bare.call(gone)
        assert done.returncode, done.stdout

    def install_deb(self):
        package, bare = self.built("amd64"), Bare(self.name)
        bare.take(package, "/root/kleak.deb")
        bare.install("/root/kleak.deb")
        bare.has("/usr/sbin/kleak", *MANPAGES, *COMPLETIONS, "/usr/share/zsh/vendor-completions/_kleak", *LICENCE)
        assert bare.must("dpkg --verify kleak") == "", "files are not as packed"
        check_names_a_leak(bare, "kleak")
        files = bare.must("dpkg -L kleak").splitlines()
        bare.must("apt-get remove -y -qq kleak")
        assert not os.path.exists(f"{bare.root}/usr/sbin/kleak")
        bare.install("/root/kleak.deb")
        self.check_removed(bare, files, "apt-get purge -y -qq kleak", "dpkg -s kleak")

    def install_deb_for_arm64(self):
        package, bare = self.built("arm64"), Bare(self.name)
        if not os.path.exists(QEMU):
            raise tap.Skip(f"no {QEMU}: install the package qemu-user-static")
        bare.must("dpkg --add-architecture arm64 && apt-get update -qq")
        bare.take(package, "/root/kleak.deb")
        bare.take(QEMU, "/root/qemu")
        bare.install("/root/kleak.deb")
        bare.has("/usr/sbin/kleak", *MANPAGES, *COMPLETIONS, *LICENCE)
        # what an emulator of user programs can show: it is linked, and reads its options
        assert bare.must("/root/qemu /usr/sbin/kleak --version").startswith("kleak "), "no version"
        assert "--exit-code" in bare.must("/root/qemu /usr/sbin/kleak run --help")
        files = bare.must("dpkg -L kleak").splitlines()
        self.check_removed(bare, files, "apt-get purge -y -qq kleak", "dpkg -s kleak")

    def install_rpm(self):
        package, bare = self.built("rpm"), Bare(self.name)
        bare.take(package, "/root/kleak.rpm")
        # rpm knows no package of Debian's: the libraries come with the other one
        bare.take(self.built("amd64"), "/root/kleak.deb")
        bare.install("rpm", "/root/kleak.deb")
        bare.must("dpkg --remove kleak")
        wanted = bare.must("rpm -qp --requires /root/kleak.rpm")
        for library in ("libdw.so.1", "libbpf.so.1", "libzstd.so.1"):
            assert library in wanted, wanted
        # Debian's rpm up to 4.18 installs nothing without it, later ones do not know it
        force = "" if bare.call("rpm --force-debian --version").returncode else "--force-debian"
        bare.must(f"rpm -i --nodeps {force} /root/kleak.rpm")
        bare.has("/usr/sbin/kleak", *MANPAGES, *COMPLETIONS, "/usr/share/zsh/site-functions/_kleak",
                 "/usr/share/licenses/kleak*/LICENSE")
        check_names_a_leak(bare, "kleak")
        files = bare.must("rpm -ql kleak").splitlines()
        self.check_removed(bare, files, f"rpm -e {force} kleak", "rpm -q kleak")


def run(tests):
    """With mounts that go with this process."""
    why = None
    if os.getuid():
        why = "needs root, for chroots"
    elif platform.machine() != "x86_64":
        why = "packages are built on x86-64"
    for command in ("debootstrap", "apt-get"):
        if not shutil.which(command):
            why = f"no {command}"
    if why:
        print(f"1..0 # SKIP {why}")
        return
    if "KLEAK_MOUNTS" not in os.environ:
        os.execvpe("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv],
                   dict(os.environ, KLEAK_MOUNTS="private"))
    tap.main(tests)


def main():
    tests = {}
    for name in RELEASES:
        release = Release(name)
        for step in ("static", "build_deb", "build_deb_for_arm64", "build_rpm", "install_deb", "install_deb_for_arm64",
                     "install_rpm"):
            tests[f"test_{step}_on_{name}"] = getattr(release, step)
    run(tests)


if __name__ == "__main__":
    main()
