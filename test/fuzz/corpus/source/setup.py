from setuptools import *
setup(ext_modules=[Extension("m", ["m.c"], define_macros=[("HAVE_X", None), ("N", "3"), (f"A{1}", x)])])
