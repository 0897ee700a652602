#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check.py DEB WHEEL: is all in the packages, and do they work elsewhere?

What a machine lacks to look (lintian, rights to change the root) is named and
skipped; what is wrong ends the run.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]

IN_DEB = """
./usr/bin/ungil
./usr/bin/ungil-tidy
./usr/lib/ungil/plugins/ungil-tidy-\\d+.so
./usr/share/bash-completion/completions/ungil
./usr/share/doc/ungil/README.md
./usr/share/doc/ungil/changelog.gz
./usr/share/doc/ungil/copyright
./usr/share/doc/ungil/docs/options.md
./usr/share/doc/ungil/docs/rules/lazy-init.md
./usr/share/doc/ungil/docs/ungil.schema.json
./usr/share/fish/vendor_completions.d/ungil.fish
./usr/share/man/man1/ungil-tidy.1.gz
./usr/share/man/man1/ungil.1.gz
./usr/share/zsh/vendor-completions/_ungil
""".split()

IN_WHEEL = """
[^/]+.data/scripts/ungil
[^/]+.data/data/share/man/man1/ungil.1
[^/]+.dist-info/(METADATA|RECORD|WHEEL)
[^/]+.dist-info/licenses/(LICENSE|copyright)
""".split()

MODULE = """#include <Python.h>
static PyObject *cache;
static PyObject *get(PyObject *self, PyObject *args) {
    if (cache == NULL)
        cache = PyDict_New();
    return Py_NewRef(cache);
}
static PyMethodDef methods[] = {{"get", get, METH_NOARGS, ""}, {0}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "m", 0, -1, methods};
PyMODINIT_FUNC PyInit_m(void) { return PyModule_Create(&def); }
"""


def run(*command, expect=0, **more):
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, **more
    )
    if done.returncode != expect:
        sys.exit(
            "%s: exit code %d\n%s%s"
            % (" ".join(map(str, command)), done.returncode, done.stdout, done.stderr)
        )
    return done.stdout


def holds(names, wanted):
    for pattern in wanted:
        if not any(re.fullmatch(pattern, name) for name in names):
            sys.exit("%s is not in it" % pattern)


def check_deb(deb, work):
    lines = run("dpkg-deb", "--contents", deb).splitlines()
    holds([line.split()[5] for line in lines], IN_DEB)
    if not shutil.which("lintian"):
        print("skipped: lintian is not installed")
    elif said := run("lintian", "--fail-on", "error,warning", deb):
        sys.exit(said)
    root = work / "root"
    run("dpkg-deb", "--extract", deb, root)
    run("man", "--warnings", "--local-file", root / "usr/share/man/man1/ungil.1.gz")
    print("ok: the Debian package")
    return root


def check_wheel(wheel, work):
    with zipfile.ZipFile(wheel) as archive:
        holds(archive.namelist(), IN_WHEEL)
    place = work / "venv"
    venv.create(place, with_pip=True)
    run(place / "bin/python", "-m", "pip", "install", "--quiet", "--no-index", wheel)
    program = place / "bin/ungil"
    asked = run(program, "--version").split()
    if asked[1] != wheel.name.split("-")[1]:
        sys.exit("the program is version %s" % asked[1])
    print("ok: the wheel, %.1f MB" % (wheel.stat().st_size / 1e6))
    return program


def check_bare_root(program, work):
    """Runs a scan where there is nothing but the C library."""
    root = work / "bare"
    for folder in ("bin", "tmp", "src", "python"):
        (root / folder).mkdir(parents=True)
    shutil.copy(program, root / "bin/ungil")
    for library in re.findall(r"(/\S+) \(0x", run("ldd", program)):
        place = root / library.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, place)
    shutil.copytree(SOURCE / "test/Inputs/python", root / "python", dirs_exist_ok=True)
    (root / "src/m.c").write_text(MODULE)
    enter = ("unshare", "--map-root-user", "--root", root)
    if subprocess.run([*enter, "/bin/ungil", "--version"], capture_output=True).returncode:
        print("skipped: this machine lets nobody change the root folder")
        return
    scan = ("/bin/ungil", "scan", "--no-cache", "--python", "/python", "/src")
    said = run(*enter, *scan, "--format", "concise", expect=1)
    if "[lazy-init]" not in said:
        sys.exit("the scan in a bare root found nothing:\n" + said)
    print("ok: a scan in a root without LLVM, shell and compiler")


def main():
    deb, wheel = map(pathlib.Path, sys.argv[1:])
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        check_deb(deb, work)
        check_bare_root(check_wheel(wheel, work), work)


main()
