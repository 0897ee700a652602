// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lock-over-python in C++: guards, detached acquisition, hidden locks.

#include <Python.h>
#include <mutex>

static std::mutex registry_lock;
static PyObject *registry;
static int generation;

/* 1: a guard that lives to the end of the function. */
static PyObject *find(PyObject *, PyObject *key) {
  std::lock_guard<std::mutex> guard(registry_lock);
  return PyObject_GetItem(registry, key); // expect: lock-over-python high
}

/* 2: the guard is gone before the call. */
static PyObject *after(PyObject *, PyObject *key) {
  {
    std::lock_guard<std::mutex> guard(registry_lock);
    ++generation;
  }
  return PyObject_Repr(key);
}

/* 3: an append only waits for the list, which is enough for a deadlock, but
   only just: not shown unless asked for. */
static PyObject *append(PyObject *, PyObject *item) {
  std::unique_lock<std::mutex> guard(registry_lock);
  if (PyList_Append(registry, item) < 0)
    return nullptr;
  Py_RETURN_NONE;
}

/* 4: unlocked by hand. */
static PyObject *by_hand(PyObject *, PyObject *key) {
  registry_lock.lock();
  int seen = generation;
  registry_lock.unlock();
  return seen ? PyObject_Repr(key) : PyLong_FromLong(0);
}

/* 5: a guard in a template ends where its block ends. */
template <class T> static T bump(T by) {
  {
    std::lock_guard<std::mutex> guard(registry_lock);
    generation += by;
  }
  PyObject_Repr(registry);
  return by;
}

static PyObject *bumped(PyObject *, PyObject *key) {
  return PyLong_FromLong(bump(1L));
}

/* 6: a guard of several mutexes takes those it is given. */
static std::mutex other_lock;

static PyObject *both(PyObject *, PyObject *key) {
  std::scoped_lock guard(registry_lock, other_lock);
  return PyObject_GetItem(registry, key); // expect: lock-over-python high
}

/* 7: C++ locks the initialiser of a static, and Python code runs under it. */
static PyObject *decimal(PyObject *, PyObject *) {
  static PyObject *type = PyImport_ImportModule("decimal"); // expect: lock-over-python medium
  return Py_XNewRef(type);
}

/* 8: the same in a lambda that is called at once. */
static PyObject *tuple_class(PyObject *, PyObject *arg) {
  static PyObject *type = []() -> PyObject * { // expect: lock-over-python medium
    PyObject *module = PyImport_ImportModule("collections");
    return module ? PyObject_GetAttrString(module, "namedtuple") : nullptr;
  }();
  return type ? PyObject_CallOneArg(type, arg) : nullptr;
}

/* 9: a static of plain data. */
static PyObject *size(PyObject *, PyObject *) {
  static std::mutex *made = new std::mutex;
  return PyBool_FromLong(made != nullptr);
}

/* 10: once, under a lock that others wait for attached. */
static std::once_flag imported;
static PyObject *imported_type;

static PyObject *once(PyObject *, PyObject *) {
  // expect-next: lock-over-python medium
  std::call_once(imported, [] {
    imported_type = PyImport_ImportModule("decimal");
  });
  return Py_XNewRef(imported_type);
}

/* 11: once, with the others waiting detached. */
static PyObject *once_detached(PyObject *, PyObject *) {
  Py_BEGIN_ALLOW_THREADS
  std::call_once(imported, [] {
    PyGILState_STATE state = PyGILState_Ensure();
    imported_type = PyImport_ImportModule("decimal");
    PyGILState_Release(state);
  });
  Py_END_ALLOW_THREADS
  return Py_XNewRef(imported_type);
}

/* 12: a callback that a helper runs under its lock. */
template <class F> static auto with_registry(const F &callback) {
  std::lock_guard<std::mutex> guard(registry_lock);
  return callback(registry); // expect: lock-over-python
}

static PyObject *keys(PyObject *, PyObject *) {
  return with_registry([](PyObject *r) { return PyMapping_Keys(r); }); // expect: lock-over-python
}

static PyMethodDef methods[] = {
    {"bumped", bumped, METH_NOARGS, nullptr},
    {"both", both, METH_O, nullptr},
    {"decimal", decimal, METH_NOARGS, nullptr},
    {"tuple_class", tuple_class, METH_O, nullptr},
    {"size", size, METH_NOARGS, nullptr},
    {"once", once, METH_NOARGS, nullptr},
    {"once_detached", once_detached, METH_NOARGS, nullptr},
    {"keys", keys, METH_NOARGS, nullptr},
    {"find", find, METH_O, nullptr},
    {"after", after, METH_O, nullptr},
    {"append", append, METH_O, nullptr},
    {"by_hand", by_hand, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", nullptr, 0, methods,
    nullptr,               nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC PyInit_m() { return PyModuleDef_Init(&module); }
