#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Scans sources that no person would write: huge, deep, in odd encodings, with
# odd names, not files at all. Each lies in a folder beside a sound file with
# one finding, which every scan must still report.
#
#   inputs.py --ungil build/dev/bin/ungil [NAME...]
#
# prints a line for each: the time, the exit code, what was said of it.

import os
import re
import shutil
import sys
import tempfile

from scan import Broken, arguments, scan

SOUND = """#include <Python.h>
#include <time.h>
static PyObject *now(PyObject *self, PyObject *args) {
  time_t t = 0;
  return PyLong_FromLong(localtime(&t)->tm_hour);
}
static PyMethodDef methods[] = {{"now", now, METH_NOARGS, 0}, {0, 0, 0, 0}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "sound", 0, 0, methods};
PyMODINIT_FUNC PyInit_sound(void) { return PyModule_Create(&def); }
"""
INCLUDE = "#include <Python.h>\n"
# A finding where the odd thing does not swallow it.
FOUND = """
static PyObject *cache;
static PyObject *get(PyObject *self, PyObject *args) {
  if (!cache) cache = PyList_New(0);
  return PyList_GetItem(cache, 0);
}
static PyMethodDef odd_methods[] = {{"get", get, METH_NOARGS, 0}, {0, 0, 0, 0}};
static struct PyModuleDef odd = {PyModuleDef_HEAD_INIT, "odd", 0, 0, odd_methods};
PyMODINIT_FUNC PyInit_odd(void) { return PyModule_Create(&odd); }
"""

CASES = {}


def case(code=1, **how):
    """A function that fills a folder; the exit code of its scan."""

    def add(fill):
        CASES[fill.__name__.replace("_", "-")] = (fill, code, how)
        return fill

    return add


def write(folder, name, content):
    mode = "wb" if isinstance(content, bytes) else "w"
    with open(os.path.join(folder, name), mode) as out:
        out.write(content)


#--- Large ---------------------------------------------------------------------


@case()
def lines_20000(d):
    body = "".join(
        "static int n%d;\nstatic PyObject *f%d(PyObject *s, PyObject *a) {\n"
        "  n%d++;\n  return PyLong_FromLong(n%d);\n}\n" % (i, i, i, i) for i in range(4000))
    rows = "".join('{"f%d", f%d, METH_NOARGS, 0},\n' % (i, i) for i in range(4000))
    write(d, "odd.c", INCLUDE + body + "static PyMethodDef all[] = {\n" + rows + "{0}};\n"
          'static struct PyModuleDef m = {PyModuleDef_HEAD_INIT, "odd", 0, 0, all};\n'
          "PyMODINIT_FUNC PyInit_odd(void) { return PyModule_Create(&m); }\n")


@case()
def function_of_20000_lines(d):
    write(d, "odd.c", INCLUDE + FOUND + "int big(int x) {\n" + "".join(
        "  if (x == %d) { x += PyList_Size(cache); cache = 0; }\n" % i for i in range(10000)) +
        "return x;\n}\n")


@case()
def bytes_10_mb(d):
    write(d, "odd.c", INCLUDE + "static const unsigned char t[] = {\n" +
          "0x12,0x34,0x56,0x78,\n" * 500000 + "};\n" + FOUND)


@case()
def string_10_mb(d):
    write(d, "odd.c", INCLUDE + "static const char t[] =\n" +
          '"0123456789012345678901234567890123456789"\n' * 240000 + ";\n" + FOUND)


@case()
def methods_10000(d):
    rows = '{"f", (PyCFunction)get, METH_VARARGS, "text"},\n' * 10000
    write(d, "odd.c", INCLUDE + FOUND.replace("static PyMethodDef odd_methods[] = {",
                                              "static PyMethodDef odd_methods[] = {\n" + rows))


@case()
def line_of_5_mb(d):
    write(d, "odd.c", INCLUDE + "/* " + "x" * 5000000 + " */ " + FOUND.replace("\n", " "))


@case()
def identifier_of_1_mb(d):
    write(d, "odd.c", INCLUDE + FOUND.replace("cache", "c" * 1000000))


#--- Deep ----------------------------------------------------------------------


def expression(d, text):
    write(d, "odd.c", INCLUDE + FOUND + text)


@case()
def parentheses_500(d):
    expression(d, "int deep(int x) { return " + "(" * 500 + "x" + ")" * 500 + "; }\n")


@case()
def blocks_500(d):
    expression(d, "int deep(int x) { " + "{" * 500 + "x++;" + "}" * 500 + " return x; }\n")


@case()
def ifs_500(d):
    expression(d, "int deep(int x) { " + "if (x) {" * 500 + "x++;" + "}" * 500 + " return x; }\n")


@case()
def else_ifs_5000(d):
    expression(d, "int deep(int x) { if (x) x++; " +
               "".join("else if (x == %d) x += 2;\n" % i for i in range(5000)) + " return x; }\n")


@case()
def initialisers_500(d):
    expression(d, "int deep" + "[1]" * 500 + " = " + "{" * 500 + "1" + "}" * 500 + ";\n")


@case()
def sum_of_5000(d):
    expression(d, "int deep(int x) { return " + "x + " * 5000 + "x; }\n")


@case()
def calls_500(d):
    expression(d, "int g(int); int deep(int x) { return " + "g(" * 500 + "x" + ")" * 500 + "; }\n")


@case()
def pointers_500(d):
    expression(d, "int deep(int " + "*" * 500 + "p) { return " + "*" * 500 + "p; }\n")


@case()
def arrows_2000(d):
    expression(d, "struct s { struct s *n; int v; };\nint deep(struct s *p) { return p" +
               "->n" * 2000 + "->v; }\n")


@case()
def parentheses_100000(d):
    expression(d, "int deep(int x) { return " + "(" * 100000 + "x" + ")" * 100000 + "; }\n")


@case()
def brackets_open_100000(d):
    expression(d, "int deep(int x) { return x" + "[{(" * 100000)


@case()
def templates_500(d):
    write(d, "odd.cpp", INCLUDE + FOUND.replace("PyMODINIT", 'extern "C" PyMODINIT') +
          "template <class T> struct w { T t; };\n" + "w<" * 500 + "int" + ">" * 500 + " deep;\n")


@case()
def recursive_template(d):
    write(d, "odd.cpp", INCLUDE + FOUND +
          "template <int N> struct d { static const int v = d<N - 1>::v + 1; };\n"
          "int deep = d<100000>::v;\n")


@case()
def lambdas_200(d):
    write(d, "odd.cpp", INCLUDE + FOUND + "int deep() { return " + "[&] { return " * 200 + "1" +
          "; }()" * 200 + "; }\n")


@case()
def namespaces_500(d):
    write(d, "odd.cpp", INCLUDE + FOUND + "namespace n {" * 500 + "int deep;" + "}" * 500 + "\n")


@case()
def conditions_500(d):
    write(d, "odd.c", INCLUDE + "#if 1\n" * 500 + FOUND + "#endif\n" * 500)


@case()
def conditions_open_100000(d):
    write(d, "odd.c", INCLUDE + FOUND + "#ifdef __cplusplus\n" * 100000)


@case()
def includes_500(d):
    for i in range(500):
        write(d, "h%d.h" % i, '#include "h%d.h"\n' % (i + 1) if i < 499 else "int last;\n")
    write(d, "odd.c", INCLUDE + '#include "h0.h"\n' + FOUND)


@case()
def includes_itself(d):
    write(d, "odd.c", INCLUDE + FOUND.replace("PyInit_odd", "PyInit_odd") + '#include "odd.c"\n')


@case()
def macros_that_double(d):
    write(d, "odd.c", INCLUDE + FOUND + "#define M0 x x\n" +
          "".join("#define M%d M%d M%d\n" % (i, i - 1, i - 1) for i in range(1, 60)) +
          "int deep = M16;\n")


@case(3, options=["--memory-limit", "300"], says="more than 300 MiB")
def macros_without_end(d):
    write(d, "odd.c", INCLUDE + "#define M0 x x\n" +
          "".join("#define M%d M%d M%d\n" % (i, i - 1, i - 1) for i in range(1, 60)) +
          "int deep = M59;\n")


@case()
def comments_open(d):
    write(d, "odd.c", INCLUDE + FOUND + "/* " * 100000)


#--- Encodings -----------------------------------------------------------------


@case()
def crlf(d):
    write(d, "odd.c", (INCLUDE + FOUND).replace("\n", "\r\n").encode())


@case()
def lone_cr(d):
    write(d, "odd.c", (INCLUDE + FOUND).replace("\n", "\r").encode())


@case()
def bom(d):
    write(d, "odd.c", b"\xef\xbb\xbf" + (INCLUDE + FOUND).encode())


@case(3, says="binary")
def utf16(d):
    write(d, "odd.c", ("\ufeff" + INCLUDE + FOUND).encode("utf-16-le"))


@case(3, says="binary")
def nul_early(d):
    write(d, "odd.c", INCLUDE.encode() + b"\0" + FOUND.encode())


@case()
def nul_late(d):
    write(d, "odd.c", (INCLUDE + "/*" + "x" * 10000 + "*/\n" + FOUND).encode() + b"int \0 x\0;\n")


@case()
def latin1(d):
    write(d, "odd.c", (INCLUDE + '/* \xe9 */ const char *s = "\xe9";\n' +
                       FOUND.replace("cache", "cach\xe9")).encode("latin-1"))


@case()
def escapes(d):
    write(d, "odd.c", (INCLUDE + FOUND.replace("cache, 0)", "cache, 0) /* \x1b[31m\x07\u202e */") +
                       '#error "\x1b]0;title\x07"\n#include "\x1b[2J.h"\n'))


@case()
def no_last_newline(d):
    write(d, "odd.c", INCLUDE + FOUND.rstrip())


@case()
def continuation_at_the_end(d):
    write(d, "odd.c", INCLUDE + FOUND + "int x; // \\\n\\\n\\")


@case()
def empty(d):
    write(d, "odd.c", "")


@case()
def one_byte(d):
    write(d, "odd.c", "#")


@case()
def line_numbers(d):
    write(d, "odd.c", INCLUDE + '#line 4294967295 "/etc/passwd"\n' + FOUND +
          '# 2147483648 "::error" 1 3 4\n#line 0 "\\n::error::x"\n#line 99999999999999 "x"\n' +
          FOUND.replace("odd", "other").replace("get", "get2").replace("cache", "cache2"))


@case()
def random_bytes(d):
    import random

    made = random.Random(7)
    write(d, "odd.c", INCLUDE.encode() + FOUND.encode() +
          bytes(made.choice(range(1, 256)) for _ in range(200000)))


#--- Names ---------------------------------------------------------------------


def named(d, name):
    with open(os.path.join(os.fsencode(d), name), "w") as out:
        out.write(INCLUDE + FOUND)


@case()
def name_not_utf8(d):
    os.mkdir(os.path.join(os.fsencode(d), b"f\xff\xfe"))
    named(d, b"f\xff\xfe/o\xe9\x80.c")


@case()
def name_with_newline(d):
    named(d, b"o\n::error file=x::injected\n.c")


@case()
def name_with_escapes(d):
    named(d, b"\x1b[31m%0A<script>alert(1)</script>.c".replace(b"/", b"_"))


@case()
def name_with_spaces(d):
    named(d, b"-o 'x' \"y\" $(touch hit) `z` & @w.c")


@case()
def name_like_an_option(d):
    named(d, b"-fplugin=x.c")
    named(d, b"@response.c")


#--- Not files -----------------------------------------------------------------


@case()
def pipe(d):
    os.mkfifo(os.path.join(d, "odd.c"))
    os.mkfifo(os.path.join(d, "setup.py"))
    os.mkfifo(os.path.join(d, "CMakeLists.txt"))
    os.mkfifo(os.path.join(d, "pyproject.toml"))


@case(2, says="not a regular file")
def pipe_for_a_configuration(d):
    os.mkfifo(os.path.join(d, "ungil.toml"))


@case(2, says="not a regular file")
def baseline_without_end(d):
    write(d, "ungil.toml", 'baseline = "/dev/zero"\n')


@case(3, options=["--timeout", "3"], says="not finished")
def pipe_that_is_included(d):
    os.mkfifo(os.path.join(d, "pipe.h"))
    write(d, "odd.c", INCLUDE + '#include "pipe.h"\n' + FOUND)


@case()
def device_that_is_included(d):
    write(d, "odd.c", INCLUDE + '#include "/dev/zero"\n' + FOUND)


@case()
def folder_called_like_a_source(d):
    os.mkdir(os.path.join(d, "odd.c"))


@case()
def links_in_a_circle(d):
    os.symlink("b.c", os.path.join(d, "a.c"))
    os.symlink("a.c", os.path.join(d, "b.c"))
    os.mkdir(os.path.join(d, "sub"))
    os.symlink("..", os.path.join(d, "sub", "up"))


@case()
def link_to_a_device(d):
    os.symlink("/dev/zero", os.path.join(d, "odd.c"))


@case()
def folders_200_deep(d):
    here = d
    for _ in range(200):
        here = os.path.join(here, "f")
        os.mkdir(here)
    write(here, "odd.c", INCLUDE + FOUND)


#--- Running -------------------------------------------------------------------


def check(name, options, folder):
    fill, code, how = CASES[name]
    write(folder, "sound.c", SOUND)
    write(folder, ".git", "")
    fill(folder)
    more = ["-j2", "--min-confidence", "low", *how.get("options", [])]
    result = scan(options, [folder], *more)
    if result.code != code:
        raise Broken("exit code %d, not %d\n%s" % (result.code, code, result.errors.decode()))
    if how.get("says", "").encode() not in result.errors:
        raise Broken("it does not say '%s' but\n%s" % (how["says"], result.errors.decode()))
    if code != 2:
        rules = [f["rule"] for f in result.data["findings"] if f["file"] == "sound.c"]
        if "unsafe-libc" not in rules:
            raise Broken("the sound file lost its finding")
        for kind in ("sarif", "full", "github", "markdown", "html"):
            if result.seconds < 3:
                scan(options, [folder], *more, kind=kind)
        if result.seconds < 3:
            scan(options, [folder], *more, "--fix=suggested", "--diff", kind="diff")
    said = [l for l in result.errors.decode().splitlines() if "odd" in l or "pipe" in l]
    return "%6.1f s  %d  %s" % (result.seconds, result.code, said[0][:100] if said else "")


def main():
    parser = arguments("Scans huge, deep, odd and unreadable inputs.")
    parser.add_argument("name", nargs="*", help="of a case; a regular expression")
    options = parser.parse_args()
    bad = 0
    for name in CASES:
        if options.name and not any(re.fullmatch(n, name) for n in options.name):
            continue
        folder = tempfile.mkdtemp(prefix="ungil-input-")
        try:
            print("%-32s %s" % (name, check(name, options, folder)), flush=True)
        except Broken as why:
            bad += 1
            print("%-32s BROKEN: %s" % (name, why), flush=True)
        finally:
            shutil.rmtree(os.fsencode(folder))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
