#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the examples on the pages of rules.

    check-examples.py PAGE... --ungil PROGRAM --python-headers DIR

A page is rules/<id>/rule.md. Its blocks ```c bad and ```cpp bad must each be
found by that rule at medium or high confidence, ```c good and ```cpp good
must give no finding of that rule, and none may hold an error of the compiler.
Every page needs one of each.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

EXAMPLE = re.compile(r"^```(c|cpp) (bad|good)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def scan(options, rule, language, text):
    """The result of a scan of the example, or None and what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "example." + language)
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        command = [options.ungil, "scan", file, "--no-build", "--root", folder]
        command += ["--python", options.python_headers, "--select", rule]
        command += ["--min-confidence", "low", "--format", "json", "--exit-zero"]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return None, "exit code %d\n%s" % (done.returncode, done.stderr)
    result = json.loads(done.stdout)
    if result["coverage"]["withErrors"]:
        return None, "does not compile\n" + done.stderr
    return result, None


def check(options, page):
    """What is wrong with the examples of one page."""
    rule = os.path.basename(os.path.dirname(os.path.abspath(page)))
    with open(page, encoding="utf-8") as source:
        text = source.read()
    count = collections.Counter()
    for match in EXAMPLE.finditer(text):
        language, kind, code = match.groups()
        count[kind] += 1
        where = "%s: %s example %d" % (rule, kind, count[kind])
        result, problem = scan(options, rule, language, code)
        if problem:
            yield "%s: %s" % (where, problem)
            continue
        found = [(one["line"], one["confidence"]) for one in result["findings"]]
        if kind == "good" and found:
            yield "%s: not silent: %s" % (where, found)
        if kind == "bad" and all(confidence == "low" for _, confidence in found):
            yield "%s: not found (at low confidence: %s)" % (where, found)
        if kind == "bad" and not result["coverage"]["sites"][rule]["seen"]:
            yield "%s: no site was seen" % where
    for kind in ("bad", "good"):
        if not count[kind]:
            yield "%s: no block ```c %s" % (rule, kind)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="+")
    parser.add_argument("--ungil", required=True)
    parser.add_argument("--python-headers", required=True)
    options = parser.parse_args()
    problems = [problem for page in options.pages for problem in check(options, page)]
    for problem in problems:
        print(problem)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
