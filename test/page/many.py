# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""many.py N: prints a module with N functions that call localtime, every
tenth with a variable of its own that two threads can change."""

import sys

print("#include <Python.h>\n#include <time.h>")
numbers = range(int(sys.argv[1]))
for i in numbers:
    if i % 10 == 0:
        print("static long calls%d;" % i)
    print("static PyObject *f%d(PyObject *self, PyObject *unused)\n{\n    time_t t = 0;" % i)
    print("    calls%d++;" % (i - i % 10))
    print("    localtime(&t);\n    return NULL;\n}")
print("PyMethodDef methods[] = {")
for i in numbers:
    print('    {"f%d", f%d, METH_NOARGS, NULL},' % (i, i))
print("    {NULL, NULL, 0, NULL},\n};")
