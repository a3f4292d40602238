# SPDX-License-Identifier: GPL-2.0-only
"""JSON as tests/unit/NAME.schema.json has it."""
import json
import os
import subprocess

UNIT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "unit")


def check_schema(name, text):
    """Each line of `text` (bytes, too) is such a document; returns the last one."""
    if isinstance(text, str):
        text = text.encode()
    done = subprocess.run([os.path.join(UNIT, "check-schema.py"), os.path.join(UNIT, f"{name}.schema.json")],
                          input=text, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(text.splitlines()[-1])
