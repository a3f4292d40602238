# SPDX-License-Identifier: GPL-2.0-only
"""What a process has used, by proc_pid_stat(5) and proc_pid_status(5)."""
import os
import re


def cpu_s(pid):
    """Seconds of CPU time."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def anon_kb(pid):
    """KiB of memory that is no file's."""
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as status:
        return int(re.search(r"^RssAnon:\s+(\d+)", status.read(), re.M)[1])
