# SPDX-License-Identifier: GPL-2.0-only
"""A kleak with sanitizers.  They write to files, so that nothing is lost with an output."""
import glob
import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KLEAK = os.path.join(ROOT, "build", "kleak-asan")
STATUS = 99  # of a kleak that a sanitizer ended


def variables(path):
    """For the environment: what is found goes to path.PID.  Little of what was freed is kept."""
    options = f"log_path={path}:exitcode={STATUS}:abort_on_error=0:quarantine_size_mb=4"
    return {"ASAN_OPTIONS": options, "UBSAN_OPTIONS": f"{options}:print_stacktrace=1",
            "LSAN_OPTIONS": options}


def check(path):
    """Nothing was found."""
    found = []
    for name in sorted(glob.glob(f"{path}.*")):
        with open(name, encoding="utf-8", errors="replace") as text:
            found.append(text.read())
    assert not found, "\n".join(found)
