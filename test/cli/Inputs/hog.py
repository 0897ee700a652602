# Prints a source with macros that become 2^40 tokens.
print("#include <Python.h>\n#define M0 x x")
for i in range(1, 40):
    print("#define M%d M%d M%d" % (i, i - 1, i - 1))
print("int a = M39;")
