// Some of everything that a page shows, with text that looks like markup.
#include <Python.h>
#include <time.h>

static long hits; // <b>bold</b>
static PyMutex lock;
static long guarded;
static _Thread_local long mine;
static PyObject *cached;

static void count(void) {
  hits++; /* </script><script>alert(1)</script><!-- */
}

static PyObject *bump(PyObject *self, PyObject *arg) {
  count();
  mine++;
  PyMutex_Lock(&lock);
  guarded++;
  PyMutex_Unlock(&lock);
  return PyLong_FromLong(hits);
}

static PyObject *when(PyObject *self, PyObject *arg) {
	time_t now = time(NULL);
	return PyLong_FromLong(localtime(&now)->tm_year); // "</script>" & 'é'
}

static PyObject *cache(PyObject *self, PyObject *arg) {
  if (cached == NULL)
    cached = PyLong_FromLong(1);
  return cached;
}

static PyObject *reset(PyObject *self, PyObject *arg) {
  time_t now = hits;
  localtime(&now); // ungil: ignore[unsafe-libc] <i>only</i> tests call it
  return NULL;
}

PyMethodDef methods[] = {{"bump", bump, METH_NOARGS, 0},
                         {"when", when, METH_NOARGS, 0},
                         {"cache", cache, METH_NOARGS, 0},
                         {"reset", reset, METH_NOARGS, 0},
                         {0}};
