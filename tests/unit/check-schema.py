#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""check-schema.py SCHEMA < REPORTS: is every line a JSON object as the schema says?

Exit status 1 and a sentence on stderr at the first line that is not, or when
there is no line; 2 when the schema itself cannot be used.
"""
import json
import sys

import jsonschema


def fail(status, sentence):
    print(f"check-schema.py: {sentence}", file=sys.stderr)
    sys.exit(status)


def no_constant(name):
    raise ValueError(f"{name} is no JSON")


def no_doubles(pairs):
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key {key!r} is there twice")
    return dict(pairs)


def load_validator(path):
    try:
        with open(path, encoding="utf-8") as text:
            schema = json.load(text)
        jsonschema.Draft202012Validator.check_schema(schema)
    except (OSError, ValueError, jsonschema.SchemaError) as error:
        fail(2, f"{path}: {error}")
    return jsonschema.Draft202012Validator(schema)


def check_line(validator, line, number):
    try:
        report = json.loads(line.decode("utf-8"), parse_constant=no_constant,
                            object_pairs_hook=no_doubles)
    except ValueError as error:
        fail(1, f"line {number} is not JSON: {error}")
    error = jsonschema.exceptions.best_match(validator.iter_errors(report))
    if error:
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}"
                        for step in error.absolute_path) or "."
        fail(1, f"line {number}, {where}: {error.message}")


def main():
    if len(sys.argv) != 2:
        fail(2, "usage: check-schema.py SCHEMA < REPORTS")
    validator = load_validator(sys.argv[1])
    number = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.endswith(b"\n"):
            fail(1, f"line {number} is cut: no newline at its end")
        check_line(validator, line, number)
    if not number:
        fail(1, "there is no report")


if __name__ == "__main__":
    main()
