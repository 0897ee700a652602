#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks the fixes of one rule on one file through both front ends.

    check-fix.py FILE --rule RULE --ungil PROGRAM --python-headers DIR
                 [--clang-tidy PROGRAM --plugin SO] [--write]

`ungil scan --fix=suggested` on a copy of FILE (x.c) must leave what is in
x.fixed.c, verified, and find nothing to do in a second run. clang-tidy --fix
with the plugin must leave the same. A shape that no edit is right for stays as
it is in x.fixed.c; the reason is checked where FILE says

    item = PyList_GetItem(list, 0);  // no edit: returned as it was borrowed

A file whose first line says `// ungil: --target-python 3.9 --compat` or the
like is scanned with these options, and not by the plugin. `// tidy: differs`
is for files where fixes are in each other's way: the scan makes them one after
the other, clang-tidy only the first.

--write makes x.fixed.c what the scan leaves.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

OPTIONS = re.compile(r"// ungil: (--.*)")
REASON = re.compile(r"// no edit: (.*)")


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    return done.returncode, done.stdout, done.stderr


def read(path):
    with open(path, newline="", errors="surrogateescape") as file:
        return file.read()


def scan_command(options, file, extra):
    command = [options.ungil, "scan", file, "--no-build", "--exit-zero"]
    command += ["--root", os.path.dirname(file), "--python", options.python_headers]
    return command + ["--select", options.rule] + extra


def fix(options, file, extra):
    """What the program says of the fixes it made."""
    code, out, err = run(scan_command(options, file, ["--fix=suggested"] + extra))
    if code != 0:
        yield "exit code %d\n%s%s" % (code, out, err)
    taken_back = [line for line in err.splitlines() if "was taken back" in line]
    for line in taken_back:
        yield line


def reasons(options, file, extra):
    """Lines where the reason for no edit is not the one the file gives."""
    command = scan_command(options, file, ["--format", "json"] + extra)
    code, out, err = run(command)
    if code != 0:
        yield "exit code %d\n%s" % (code, err)
        return
    said = {}
    for one in json.loads(out)["findings"]:
        said[one["line"]] = (one.get("fix") or {}).get("title", "")
    for number, text in enumerate(read(file).splitlines(), 1):
        match = REASON.search(text)
        if match and match.group(1) not in said.get(number, ""):
            yield "line %d: no edit: %s\n  said: %s" % (
                number,
                match.group(1),
                said.get(number, "nothing found here"),
            )


def tidy(options, file):
    check = "ungil-" + options.rule
    config = "{CheckOptions: {%s.suggested-fixes: true}}" % check
    command = [options.clang_tidy, "-load=" + options.plugin, "--quiet", "--fix"]
    command += ["--checks=-*," + check, "--config=" + config, file, "--", "-w"]
    command += ["-isystem", options.python_headers, "-DNDEBUG", "-DPy_GIL_DISABLED=1"]
    if not file.endswith(".c"):
        command.append("-std=c++20")
    code, out, err = run(command)
    if code != 0:
        yield "clang-tidy: exit code %d\n%s%s" % (code, out, err)


def difference(name, path, expected):
    if read(path) == read(expected):
        return
    _, out, _ = run(["diff", "-u", expected, path])
    yield "%s: not what %s holds\n%s" % (name, os.path.basename(expected), out)


def check(options, folder):
    stem, suffix = os.path.splitext(options.file)
    expected = stem + ".fixed" + suffix
    copy = os.path.join(folder, os.path.basename(options.file))
    shutil.copy(options.file, copy)
    text = read(copy)
    match = OPTIONS.match(text)
    extra = match.group(1).split() if match else []
    yield from fix(options, copy, extra)
    if options.write:
        shutil.copy(copy, expected)
    yield from difference("scan --fix", copy, expected)
    before = read(copy)
    yield from fix(options, copy, extra)
    if read(copy) != before:
        yield "a second run changes the file again"
    shutil.copy(options.file, copy)
    yield from reasons(options, copy, extra)
    if options.plugin and not extra and "// tidy: differs" not in text:
        yield from tidy(options, copy)
        yield from difference("clang-tidy --fix", copy, expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--rule", help="default: the name of FILE's folder")
    parser.add_argument("--ungil", required=True)
    parser.add_argument("--python-headers", required=True)
    parser.add_argument("--clang-tidy")
    parser.add_argument("--plugin")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not options.rule:
        options.rule = os.path.basename(os.path.dirname(os.path.abspath(options.file)))
    with tempfile.TemporaryDirectory() as folder:
        problems = list(check(options, os.path.realpath(folder)))
    for problem in problems:
        print(problem)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
