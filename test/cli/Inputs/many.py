# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""many.py N: prints a module with N functions, a finding in each."""

import sys

print("#include <Python.h>\n#include <time.h>")
numbers = range(int(sys.argv[1]))
for i in numbers:
    print(
        """
static PyObject *
f%d(PyObject *self, PyObject *unused)
{
    time_t t = 0;
    localtime(&t);
    return NULL;
}"""
        % i
    )
print("PyMethodDef methods[] = {")
for i in numbers:
    print('    {"f%d", f%d, METH_NOARGS, NULL},' % (i, i))
print("    {NULL, NULL, 0, NULL},\n};")
