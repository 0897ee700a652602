#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks one rule on one file through both front ends.

    check-rule.py FILE --rule RULE --ungil PROGRAM --python-headers DIR
                  [--clang-tidy PROGRAM --plugin SO]

Runs `ungil scan` and, when given, clang-tidy with the plugin on FILE. Both
must say the same at the same places, at every confidence. When FILE holds
markers, the scan must also find what they say and nothing else:

    item = PyList_GetItem(list, 0);  // expect: borrowed-ref
    item = PyList_GetItem(list, 1);  // expect: borrowed-ref high
    // expect-next: borrowed-ref low
    item = PyList_GetItem(list, 2);

A marker without a confidence stands for medium or high; low findings without
a marker are no business of the file. `// expect: none` in a file says that
its other lines are checked too, though none of them is marked.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys

Place = collections.namedtuple("Place", "file line column")
MARKER = re.compile(r"expect(-next)?: *([a-z][a-z0-9-]*)(?: +(low|medium|high))?")
DIAGNOSTIC = re.compile(r"^(.+?):(\d+):(\d+): (warning|error): (.*) \[([^\]]+)\]$")


def fail(text):
    sys.exit("check-rule: " + text)


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    return done.returncode, done.stdout, done.stderr


def scan(options):
    """{Place: [(confidence, whole message)]} of the scan."""
    command = [options.ungil, "scan", options.file, "--no-build"]
    command += ["--root", os.path.dirname(os.path.abspath(options.file))]
    command += ["--python", options.python_headers, "--select", options.rule]
    command += ["--min-confidence", "low", "--format", "json", "--exit-zero"]
    code, out, err = run(command)
    if code != 0:
        fail("%s\nexit code %d\n%s" % (" ".join(command), code, err))
    found = collections.defaultdict(list)
    for one in json.loads(out)["findings"]:
        if one["rule"] != options.rule:
            fail("--select %s printed %s" % (options.rule, one["rule"]))
        place = Place(os.path.basename(one["file"]), one["line"], one["column"])
        found[place].append((one["confidence"], one["message"]))
    return found


def tidy(options):
    """{Place: [message]} of the plugin."""
    check = "ungil-" + options.rule
    config = "{CheckOptions: {%s.min-confidence: low}}" % check
    command = [options.clang_tidy, "-load=" + options.plugin, "--quiet"]
    command += ["--checks=-*," + check, "--config=" + config]
    command += ["--header-filter=.*", options.file, "--", "-w"]
    command += ["-isystem", options.python_headers]
    # As the driver does it.
    command += ["-DNDEBUG", "-DPy_GIL_DISABLED=1"]
    if not options.file.endswith(".c"):
        command.append("-std=c++20")
    code, out, err = run(command)
    found, broken = collections.defaultdict(list), False
    for line in out.splitlines():
        match = DIAGNOSTIC.match(line)
        if not match:
            continue
        file, row, column, kind, text, name = match.groups()
        if name == check:
            place = Place(os.path.basename(file), int(row), int(column))
            found[place].append(text)
        elif name.startswith("clang-diagnostic-"):
            broken |= kind == "error"
        else:
            fail("the plugin said [%s]: %s" % (name, text))
    # An error of the file itself ends clang-tidy with 1 too, after its checks.
    if code != 0 and not broken:
        fail("%s\nexit code %d\n%s" % (" ".join(command), code, err))
    return found


def compare(from_scan, from_tidy):
    """What one front end says and the other does not."""
    for place in sorted(set(from_scan) | set(from_tidy)):
        # clang-tidy's text is the first of the parts the scan joins.
        left = sorted(text for _, text in from_scan.get(place, []))
        right = sorted(from_tidy.get(place, []))
        same = len(left) == len(right) and all(
            whole.startswith(text) for whole, text in zip(left, right)
        )
        if not same:
            yield "%s:%d:%d: not the same\n  scan:   %s\n  plugin: %s" % (
                *place,
                left or "silent",
                right or "silent",
            )


def markers(options):
    """{line: {confidence or None}}, or None when the file has no marker."""
    expected, any_marker = collections.defaultdict(list), False
    with open(options.file, encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            for following, rule, confidence in MARKER.findall(line):
                any_marker = any_marker or rule in (options.rule, "none")
                if rule == options.rule:
                    expected[number + bool(following)].append(confidence or None)
    return expected if any_marker else None


def compare_markers(options, from_scan):
    """Where the scan and the markers of the file differ."""
    expected = markers(options)
    if expected is None:
        return
    main = os.path.basename(options.file)
    found = collections.defaultdict(list)
    for place, findings in from_scan.items():
        if place.file == main:
            found[place.line] += [confidence for confidence, _ in findings]
    for line in sorted(set(expected) | set(found)):
        here = list(found.get(line, []))
        for wanted in sorted(expected.get(line, []), key=lambda one: one is None):
            fits = [one for one in here if one == wanted or not wanted and one != "low"]
            if fits:
                here.remove(fits[0])
            else:
                yield "%s:%d: no %s finding of confidence %s (found: %s)" % (
                    main,
                    line,
                    options.rule,
                    wanted or "medium or high",
                    ", ".join(found.get(line, [])) or "nothing",
                )
        for extra in here:
            if extra != "low":
                yield "%s:%d: not expected: %s %s" % (main, line, options.rule, extra)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--rule", help="default: the name of FILE's folder")
    parser.add_argument("--ungil", required=True)
    parser.add_argument("--python-headers", required=True)
    parser.add_argument("--clang-tidy")
    parser.add_argument("--plugin")
    options = parser.parse_args()
    if not options.rule:
        options.rule = os.path.basename(os.path.dirname(os.path.abspath(options.file)))
    if bool(options.clang_tidy) != bool(options.plugin):
        parser.error("--clang-tidy and --plugin go together")
    if options.file.endswith(".test"):
        return False  # has its RUN lines only
    from_scan = scan(options)
    problems = list(compare_markers(options, from_scan))
    if options.plugin:
        problems += compare(from_scan, tidy(options))
    for problem in problems:
        print(problem)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
