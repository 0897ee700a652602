#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What goes wrong around a scan: no room on the disk, a tree nobody may write
# to, an end without warning at any moment, another scan with the same cache, a
# damaged cache, clocks that go back. Sources and reports are whole or as they
# were, and the next scan says what it would have said.
#
#   faults.py --ungil build/release/bin/ungil [--rounds 100] [NAME...]

import ctypes
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from scan import Broken, arguments, run

PART = """#include <Python.h>
#include <time.h>
static PyObject *last%(n)d;
PyObject *hour%(n)d(PyObject *self, PyObject *list) {
  time_t t = 0;
  PyObject *item = PyList_GetItem(list, 0);
  if (!item)
    return NULL;
  last%(n)d = PyLong_FromLong(localtime(&t)->tm_hour);
  PyObject *text = PyObject_Repr(item);
  return text;
}
"""
FILES = 6


class Tree:
    """An extension with something to mend in each file, and its cache."""

    def __init__(self, options):
        self.options = options
        self.top = tempfile.mkdtemp(prefix="ungil-faults-")
        self.folder = os.path.join(self.top, "tree")
        self.cache = os.path.join(self.top, "cache")
        self.report = os.path.join(self.top, "report.json")
        os.makedirs(os.path.join(self.folder, ".git"))
        rows = "".join('{"hour%d", hour%d, METH_O, 0},' % (n, n) for n in range(FILES))
        names = "".join("PyObject *hour%d(PyObject *, PyObject *);\n" % n for n in range(FILES))
        self.original = {"p%d.c" % n: PART % {"n": n} for n in range(FILES)}
        self.original["m.c"] = (
            "#include <Python.h>\n%sstatic PyMethodDef all[] = {%s{0}};\n"
            'static struct PyModuleDef m = {PyModuleDef_HEAD_INIT, "m", 0, 0, all};\n'
            "PyMODINIT_FUNC PyInit_m(void) { return PyModule_Create(&m); }\n" % (names, rows))
        self.restore()

    def restore(self):
        for name in os.listdir(self.folder):
            if name.endswith(".c") and name not in self.original:
                os.remove(os.path.join(self.folder, name))
        for name, text in self.original.items():
            with open(os.path.join(self.folder, name), "w") as out:
                out.write(text)

    def texts(self):
        found = {}
        for name in self.original:
            with open(os.path.join(self.folder, name)) as file:
                found[name] = file.read()
        return found

    def command(self, *more, report=None, cache=True):
        kept = ["--cache-dir", self.cache] if cache else ["--no-cache"]
        return [self.options.ungil, "scan", "--python", self.options.python, "--no-build", "-j2", "--format",
                "json", "-o", report or self.report, "--exit-zero", *kept, *more, self.folder]

    def scan(self, *more, **how):
        """The report of a scan that must work."""
        result = run(self.command(*more, **how), 120, {"UNGIL_NO_CACHE": ""})
        if result.code != 0:
            raise Broken("exit code %d: %s" % (result.code, result.errors.decode()))
        with open(how.get("report") or self.report) as file:
            return file.read()

    def fixed(self):
        """What the sources become."""
        self.scan("--fix=suggested", cache=False)
        texts = self.texts()
        self.restore()
        if texts == self.original:
            raise Broken("there is nothing to mend")
        return texts


def must(what, holds):
    if not holds:
        raise Broken(what)


#--- Faults --------------------------------------------------------------------


def small_files(most):
    """In a child: no file becomes larger; as on a disk without room, writing
    fails."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return limit


def as_others():
    """In a child: root may write only where the mode says so."""
    if os.getuid() == 0:
        PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def disk_full(tree, rounds):
    right = tree.scan(cache=False)
    fixed = tree.fixed()
    for most in (0, 100, 1000):
        with open(tree.report, "w") as out:
            out.write("old")
        run = subprocess.run(tree.command("--fix=suggested"), preexec_fn=small_files(most), restore_signals=False,
                             capture_output=True, text=True)
        must("exit code %d" % run.returncode, run.returncode == 2)
        must("it does not say why: " + run.stderr, "cannot write" in run.stderr)
        for name, text in tree.texts().items():
            must("%s is neither old nor new" % name, text in (tree.original[name], fixed[name]))
        tree.restore()
        must("a scan afterwards differs", tree.scan() == right)
    full = subprocess.run(tree.command(report="/dev/full"), capture_output=True, text=True)
    must("a full device: %d %s" % (full.returncode, full.stderr),
         full.returncode == 2 and "No space left" in full.stderr)


def read_only_tree(tree, rounds):
    right = tree.scan(cache=False)
    os.chmod(tree.folder, 0o555)
    try:
        command = tree.command("--fix=suggested", cache=False)
        command[command.index("--no-cache")] = "--cache-dir=" + os.path.join(tree.folder, "cache")
        run = subprocess.run(command, preexec_fn=as_others, capture_output=True, text=True)
        must("exit code %d: %s" % (run.returncode, run.stderr), run.returncode == 2)
        must("it does not say why: " + run.stderr, "cannot write" in run.stderr)
        must("a source changed", tree.texts() == tree.original)
        must("no report", os.path.getsize(tree.report) > 0)
    finally:
        os.chmod(tree.folder, 0o755)
    must("a scan afterwards differs", tree.scan() == right)


def kill_at_any_moment(tree, rounds):
    right = tree.scan(cache=False)
    fixed = tree.fixed()
    chance = random.Random(3)
    begin = time.monotonic()
    tree.scan("--fix=suggested")
    length = time.monotonic() - begin
    tree.restore()
    for turn in range(rounds):
        if turn % 5 == 0:
            shutil.rmtree(tree.cache, ignore_errors=True)
        more = ["--fix=suggested"] if turn % 2 else []
        process = subprocess.Popen(tree.command(*more), stderr=subprocess.DEVNULL, start_new_session=True)
        # Most of what is written is written at the end.
        time.sleep(length * (chance.random() if turn % 3 else 0.8 + 0.3 * chance.random()))
        process.send_signal(signal.SIGKILL)
        process.wait()
        for name, text in tree.texts().items():
            must("%s is neither old nor new" % name, text in (tree.original[name], fixed[name]))
        tree.restore()
    must("a scan afterwards differs", tree.scan() == right)
    must("and the one after it", tree.scan() == right)
    must("fixes afterwards differ", tree.fixed() == fixed)


def two_at_once(tree, rounds):
    right = tree.scan(cache=False)
    for turn in range(max(1, rounds // 10)):
        reports = [os.path.join(tree.top, "report%d" % n) for n in range(4)]
        running = [subprocess.Popen(tree.command(report=r), stderr=subprocess.DEVNULL) for r in reports]
        if turn % 2:
            subprocess.run([tree.options.ungil, "cache", "--clear", "--cache-dir", tree.cache],
                           stdout=subprocess.DEVNULL, check=True)
        for process, report in zip(running, reports):
            must("exit code %d" % process.wait(), process.returncode == 0)
            with open(report) as file:
                must("the reports differ", file.read() == right)


def damaged_cache(tree, rounds):
    right = tree.scan()
    chance = random.Random(5)
    for _ in range(max(1, rounds // 5)):
        for name in os.listdir(tree.cache):
            path = os.path.join(tree.cache, name)
            with open(path, "r+b") as file:
                size = max(1, os.path.getsize(path))
                file.seek(chance.randrange(size))
                file.write(bytes([chance.randrange(256)]))
                if chance.random() < 0.2:
                    file.truncate(chance.randrange(size))
        must("a scan with damaged facts differs", tree.scan() == right)
    for name in os.listdir(tree.cache):
        path = os.path.join(tree.cache, name)
        os.remove(path)
        chance.choice((os.mkfifo, os.mkdir, lambda p: os.symlink("/etc/passwd", p), lambda p: open(p, "w")))(path)
    must("a scan with other things for facts differs", tree.scan() == right)


def clock_back(tree, rounds):
    right = tree.scan()
    for years in (20, -20):
        stamp = time.time() + years * 365 * 86400
        for folder in (tree.folder, tree.cache):
            for name in os.listdir(folder):
                os.utime(os.path.join(folder, name), (stamp, stamp))
        must("a scan at another time differs", tree.scan() == right)
        # Changed, and yet older than what was kept of it.
        path = os.path.join(tree.folder, "p0.c")
        with open(path, "a") as out:
            out.write("PyObject *more(PyObject *l) { return PyList_GetItem(l, 1); }\n")
        os.utime(path, (stamp, stamp))
        must("a change was not seen", tree.scan() != right)
        tree.restore()
    must("a scan afterwards differs", tree.scan() == right)


FAULTS = (disk_full, read_only_tree, kill_at_any_moment, two_at_once, damaged_cache, clock_back)


def main():
    parser = arguments("Makes things go wrong around scans.")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("name", nargs="*", help="of a fault")
    options = parser.parse_args()
    bad = 0
    for fault in FAULTS:
        name = fault.__name__.replace("_", "-")
        if options.name and name not in options.name:
            continue
        tree = Tree(options)
        begin = time.monotonic()
        try:
            fault(tree, options.rounds)
            print("%-20s %6.1f s" % (name, time.monotonic() - begin), flush=True)
        except Broken as why:
            bad += 1
            print("%-20s BROKEN: %s" % (name, why), flush=True)
        finally:
            shutil.rmtree(tree.top)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
