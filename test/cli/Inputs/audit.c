#include <Python.h>
#include <time.h>

static long hits, guarded, early;
static PyMutex lock;
static _Thread_local long mine;

static PyObject *bump(PyObject *self, PyObject *arg) {
  static long last;
  mine++;
  last = hits++;
  PyMutex_Lock(&lock);
  guarded += early;
  PyMutex_Unlock(&lock);
  return 0;
}

static PyObject *reset(PyObject *self, PyObject *arg) {
  hits = 0;
  time_t now = 0;
  localtime(&now); // ungil: ignore[unsafe-libc] <one> thread calls it
  return 0;
}

static PyMethodDef methods[] = {{"bump", bump, METH_NOARGS, 0},
                                {"reset", reset, METH_NOARGS, 0},
                                {0}};

static int exec(PyObject *m) {
  early = 1;
  return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, 0}};
static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT, "audit", 0, 0, methods, slots};
PyMODINIT_FUNC PyInit_audit(void) { return PyModuleDef_Init(&def); }
