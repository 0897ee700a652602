#include <Python.h>
static PyObject *cache;
typedef struct { PyObject_HEAD int n; PyMutex m; } Obj;
static PyObject *get(PyObject *self, PyObject *list) {
  Obj *o = (Obj *)self;
  if (!cache) cache = PyDict_New();
  PyMutex_Lock(&o->m);
  o->n++;
  PyMutex_Unlock(&o->m);
  PyObject *item = PyList_GetItem(list, 0);
  Py_BEGIN_ALLOW_THREADS
  for (int i = 0; i < 3; i++) o->n += i;
  Py_END_ALLOW_THREADS
  return PyObject_Repr(item); // NOLINT(ungil-borrowed-ref): mine
}
static PyMethodDef all[] = {{"get", get, METH_O, 0}, {0}};
static struct PyModuleDef m = {PyModuleDef_HEAD_INIT, "m", 0, 0, all};
PyMODINIT_FUNC PyInit_m(void) { return PyModule_Create(&m); }
