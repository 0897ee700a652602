/* c */ // d
#define PY_SSIZE_T_CLEAN
#if 1
#ifdef __cplusplus
namespace x {
#endif
#endif
#include <Python.h>
#include "a b.h"
R"(raw)" '\'' "s\"\
" 0x1p3 a->b::c ??/
