# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What must hold of a scan whatever it is given: it ends in time with one of
# its own exit codes, what it prints is whole, and nothing that a source says
# reaches the terminal as it is. The programs beside this one go through it.

import argparse
import json
import os
import re
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
HEADERS = os.path.join(HERE, "..", "Inputs", "python")

CODES = (0, 1, 2, 3)  # as README.md has them


class Broken(Exception):
    """A promise that a scan did not keep."""


class Result:
    def __init__(self, code, output, errors, seconds):
        self.code, self.errors, self.seconds = code, errors, seconds
        self.output = output  # bytes
        self.data = None  # of JSON formats

    def unread(self):
        """Files that could not be read, with the reason."""
        found = re.findall(rb"^ungil: (.*?): (.*)$", self.errors, re.M)
        return {name.decode(): why.decode() for name, why in found}

    def crashed(self):
        return [name for name, why in self.unread().items() if "crashed" in why]


def arguments(text):
    """A parser with what all these programs take."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--ungil", required=True, help="the program")
    parser.add_argument("--python", default=HEADERS, help="headers to read with")
    return parser


def check_text(what, text):
    """What goes to people: valid UTF-8, lines, and no control characters."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as bad:
        raise Broken("%s is not UTF-8: %s" % (what, bad))
    if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", text):
        raise Broken("%s has control characters" % what)


def check_output(kind, result):
    text = result.output
    if kind in ("json", "sarif", "gitlab"):
        result.data = json.loads(text.decode("utf-8"))
    elif kind == "json-lines":
        result.data = [json.loads(line) for line in text.decode("utf-8").splitlines()]
    elif kind == "html":
        if not text.rstrip().endswith(b"</html>"):
            raise Broken("the page has no end")
        text.decode("utf-8")
    elif kind != "diff":  # which is the source itself
        check_text("the report", text)
    if kind == "github":
        for line in text.splitlines():
            if not re.match(rb"::(error|warning|notice) file=|\d+ more findings", line):
                raise Broken("a line of the source became a command: %r" % line)


def run(args, timeout, environment=None, cwd=None):
    """Runs a command; its exit code is one of a scan's."""
    begin = time.monotonic()
    process = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, cwd=cwd,
                               env=dict(os.environ, **(environment or {})))
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise Broken("not finished after %d seconds" % timeout)
    result = Result(process.returncode, output, errors, time.monotonic() - begin)
    if result.code not in CODES:
        raise Broken("exit code %d: %s" % (result.code, errors[-2000:].decode("utf-8", "replace")))
    return result


def scan(options, paths, *more, kind="json", timeout=120, environment=None, cwd=None):
    """One scan, all that must hold of it checked. `more` are its options."""
    formats = [] if kind == "diff" else ["--format", kind]
    command = [options.ungil, "scan", "--python", options.python, *formats, *more, *paths]
    environment = {"UNGIL_NO_CACHE": "1", "NO_COLOR": "1", **(environment or {})}
    try:
        result = run(command, timeout, environment, cwd)
        check_text("standard error", result.errors)
        if result.code != 2:
            check_output(kind, result)
        elif result.errors.count(b"\n") < 1:
            raise Broken("it fails without a word")
        return result
    except (Broken, ValueError) as bad:
        raise Broken("%s\n  %s" % (bad, " ".join(map(str, command))))
