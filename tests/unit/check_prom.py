#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Is what --prom writes what Prometheus reads?  check_prom.py [FILE...], or the golden files."""
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402

GOLDEN = os.path.join(ROOT, "tests", "unit", "golden")
NAME = r"[a-zA-Z_][a-zA-Z0-9_]*"
NUMBER = r"(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)"
VALUE = r'"(?:[^"\\\n]|\\[\\"n])*"'
LABELS = rf"{NAME}={VALUE}(?:,{NAME}={VALUE})*"
HELP = re.compile(rf"# HELP ({NAME}) (\S.*)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge)")
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABELS})\}})? ({NUMBER})")


def unescape(value):
    return re.sub(r"\\(.)", lambda m: "\n" if m.group(1) == "n" else m.group(1), value[1:-1])


def parse(data):
    """The families of a text, {name: (type, {labels: number})}; AssertionError: the format forbids it."""
    text = data.decode("utf-8")
    assert text.endswith("\n"), "the last line does not end"
    families, current = {}, None
    lines = iter(text[:-1].split("\n"))
    for line in lines:
        help_line = HELP.fullmatch(line)
        if help_line:
            type_line = TYPE.fullmatch(next(lines))
            assert type_line and type_line.group(1) == help_line.group(1), f"no TYPE after: {line}"
            current = help_line.group(1)
            assert current not in families, f"twice: {current}"
            families[current] = (type_line.group(2), {})
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, f"no sample: {line!r}"
        name, labels, number = sample.groups()
        assert name == current, f"{name} stands among {current}"
        pairs = [(k, unescape(v)) for k, v in re.findall(rf"({NAME})=({VALUE})", labels or "")]
        assert len(dict(pairs)) == len(pairs), f"a label twice: {line}"
        assert not any(k.startswith("__") for k, _ in pairs), line
        key = frozenset(pairs)
        assert key not in families[name][1], f"a series twice: {line}"
        families[name][1][key] = float(number)
    return families


def check_names(families):
    """The rules of prometheus.io/docs/practices/naming, as far as a program can tell."""
    for name, (kind, series) in families.items():
        assert name.startswith("kleak_"), name
        assert (kind == "counter") == name.endswith("_total"), name
        assert not re.search(r"_(count|sum|bucket)$|minute|_ms$|_kb$|percent|milli", name), name
        if kind == "counter":
            assert all(number >= 0 for number in series.values()), name
        if name.endswith("_info"):
            assert set(series.values()) <= {1.0}, name
        assert len({tuple(sorted(k for k, _ in key)) for key in series}) <= 1, f"labels differ: {name}"
        assert not any(re.search(r"[\x00-\x1f\x7f-\x9f]", v) for key in series for _, v in key), name


def check_against_client(data, families):
    """As the Python client of Prometheus reads it."""
    from prometheus_client.parser import text_string_to_metric_families

    theirs = {}
    for family in text_string_to_metric_families(data.decode("utf-8")):
        for sample in family.samples:
            theirs.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    ours = {name: series for name, (_, series) in families.items() if series}
    assert repr(sorted(map(str, theirs))) == repr(sorted(map(str, ours)))
    for name, series in ours.items():
        assert {k: repr(v) for k, v in series.items()} == {k: repr(v) for k, v in theirs[name].items()}, name


def check(path):
    with open(path, "rb") as file:
        data = file.read()
    families = parse(data)
    check_names(families)
    check_against_client(data, families)
    return families


def test_golden_files():
    paths = glob.glob(os.path.join(GOLDEN, "*.prom"))
    assert len(paths) >= 5, paths
    for path in paths:
        check(path)


def test_numbers():
    families = check(os.path.join(GOLDEN, "report.prom"))
    site = [(k, v) for k, v in families["kleak_site_bytes"][1].items() if ("site", "00f3a9c1d2e4b587") in k]
    assert site == [(frozenset({("site", "00f3a9c1d2e4b587"), ("origin", "slab"), ("cache", "kmalloc-256"),
                                ("function", "kleak_leak_kmalloc"), ("module", "kleak_test")}), 37120 * 256)]
    assert families["kleak_sites_listed"][1][frozenset({("verdict", "LEAK")})] == 1
    assert families["kleak_events_total"][1][frozenset({("event", "allocations")})] == 50213
    assert families["kleak_losses_total"][0] == "counter"


def test_hostile_names_are_data():
    families = check(os.path.join(GOLDEN, "hostile.prom"))
    (key,), (number,) = zip(*families["kleak_site_bytes"][1].items())
    labels = dict(key)
    assert number == 1 and labels["origin"] == "slab", labels
    assert labels["cache"].startswith('a\\x1b[2J"\\\\x0d\\x0a\\x09\\x7f\\xc2\\x9b31m\\x9bé€😀\\xc0'), labels["cache"]
    assert labels["cache"] == labels["function"] == labels["module"]


def test_this_parser_is_strict():
    head = b"# HELP a b\n# TYPE a gauge\n"
    parse(head + b'a{b="c"} 1\na{b="d\\n"} -Inf\n')
    for wrong in (b"a 1", b'a{b="c} 1\n', b'a{b="\\q"} 1\n', b"a 1 2 3\n", b"a  1\n", b"b 1\n", b"a 1\na 2\n",
                  b"a{b=c} 1\n", b'a{b="c",} 1\n', b'a{b="c",b="d"} 1\n', b"a 0x10\n", b"\n", b'a{b="\x9b"} 1\n',
                  b"# HELP a b\n# TYPE a gauge\n", b"# TYPE c gauge\nc 1\n", b"a 1,5\n"):
        try:
            parse(head + wrong)
        except (AssertionError, UnicodeDecodeError):
            continue
        raise AssertionError(f"taken: {wrong!r}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for argument in sys.argv[1:]:
            check(argument)
    else:
        tap.main(globals())
