#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the JSON of a scan with a golden file.

    golden.py [--update] EXPECTED ACTUAL...

What belongs to the machine and not to the program under scan is left out:
the version of the tool, and of the Python headers; fixes have tests of their
own. All ACTUAL files must be
the same byte for byte before that. UNGIL_UPDATE_GOLDEN=1 in the environment
does what --update does: writes EXPECTED anew, for a person to read in the
diff.
"""

import difflib
import json
import os
import sys


def normal(text):
    report = json.loads(text)
    report["tool"].pop("version")
    report["coverage"]["headers"].pop("python")
    for finding in report["findings"]:
        finding.pop("fix", None)
    return json.dumps(report, indent=1) + "\n"


def main(arguments):
    update = "--update" in arguments or os.environ.get("UNGIL_UPDATE_GOLDEN")
    expected, *actual = [one for one in arguments if one != "--update"]
    texts = [open(name, encoding="utf-8").read() for name in actual]
    for name, text in zip(actual, texts):
        if text != texts[0]:
            sys.exit("%s and %s differ" % (actual[0], name))
    found = normal(texts[0])
    if update:
        with open(expected, "w", encoding="utf-8") as out:
            out.write(found)
        return 0
    with open(expected, encoding="utf-8") as golden:
        wanted = golden.read()
    if wanted == found:
        return 0
    sys.stdout.writelines(
        difflib.unified_diff(
            wanted.splitlines(True), found.splitlines(True), expected, actual[0]
        )
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
