#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The queries of deploy/README.md that count on how many machines a stack leaks, on what kleak prints."""
import json
import os
import re
import sqlite3
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(ROOT, "tests/unit/golden")
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests/unit")]
import check_prom  # noqa: E402
import tap  # noqa: E402


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def queries():
    """Both, as deploy/README.md has them."""
    readme = read("deploy/README.md")
    sql = re.search(r"SELECT s\.value.*?hosts DESC", readme, re.S)
    prometheus = re.search(r"count by .*?\}\)", readme, re.S)
    assert sql and prometheus, readme
    return sql.group(0), prometheus.group(0)


def report(host):
    """The report of golden/final.json as the sed there makes it this host's."""
    line = read("tests/unit/golden/final.json")
    return re.sub(r"^\{", '{"host":"%s",' % host, line)


def leaks():
    return [s for s in json.loads(report("x"))["sites"] if s["verdict"]["name"] == "LEAK"]


def test_sql():
    if sqlite3.sqlite_version_info < (3, 38):
        raise tap.Skip("sqlite before 3.38 has no ->>")
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE r(j)")
    for host in ("a.kleak", "b.kleak", "b.kleak"):
        base.execute("INSERT INTO r VALUES (?)", (report(host),))
    rows = base.execute(queries()[0]).fetchall()
    wanted = leaks()
    assert len(wanted) == 1 and wanted[0]["fingerprint"], wanted
    assert rows == [(wanted[0]["fingerprint"], wanted[0]["stack"][0]["symbol"], 2, 3 * wanted[0]["bytes"])], rows


def test_prometheus():
    """There is no Prometheus here: its metrics and labels are there, and the join finds the leaks."""
    query = re.sub(r"\s+", " ", queries()[1])
    match = re.fullmatch(r"count by \(fingerprint, function\) \((\w+) and on \(instance, site\) "
                         r'(\w+)\{verdict="LEAK"\}\)', query)
    assert match, query
    families = check_prom.parse(read("tests/unit/golden/report.prom").encode())
    left, right = (families[name][1] for name in match.groups())
    leaking = {dict(labels)["site"] for labels in right if dict(labels)["verdict"] == "LEAK"}
    found = [(dict(labels)["fingerprint"], dict(labels)["function"]) for labels in left
             if dict(labels)["site"] in leaking]
    assert found == [(s["fingerprint"], s["stack"][0]["symbol"]) for s in leaks()], found


if __name__ == "__main__":
    tap.main(globals())
