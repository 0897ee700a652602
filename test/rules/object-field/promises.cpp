// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// object-field where the authors say which lock guards a field: that threads
// share the object is then known, whatever class it is of.

#include <Python.h>
#include <map>
#include <mutex>
#include <string>

#define GUARDED_BY(x) __attribute__((guarded_by(x)))
#define PT_GUARDED_BY(x) __attribute__((pt_guarded_by(x)))
#define REQUIRES(x) __attribute__((requires_capability(x)))

class Cache {
  std::mutex Mutex;
  std::map<std::string, long> Entries GUARDED_BY(Mutex);
  long Hits GUARDED_BY(Mutex) = 0;
  long *Sizes PT_GUARDED_BY(Mutex) = nullptr;
  long Unmarked = 0;

public:
  Cache() { Hits = 1; } // nobody else has it
  ~Cache() { Entries.clear(); }
  Cache(Cache &&From) : Hits(From.Hits) { From.Hits = 0; }

  void add(const std::string &Key) {
    Entries[Key] = 1; // expect: object-field high
  }
  long hits() const {
    return Hits; // expect: object-field high
  }
  void resize() {
    Sizes[0] = 4; // expect: object-field high
  }
  void late(const std::string &Key) {
    {
      std::lock_guard<std::mutex> Guard(Mutex);
      Hits++;
    }
    Entries.erase(Key); // expect: object-field high
  }
  bool find(const std::string &Key) {
    std::lock_guard<std::mutex> Guard(Mutex);
    return lookUp(Key);
  }
  void reset() {
    std::lock_guard<std::mutex> Guard(Mutex);
    Entries.clear();
    Sizes[0] = 0;
    Hits = 0;
  }
  void mark() { Unmarked = 1; } // nothing says that threads share it

private:
  bool lookUp(const std::string &Key) REQUIRES(Mutex) {
    Hits++;
    return Entries.count(Key);
  }
};

// An object struct with a promise of its own.
struct Counter {
  PyObject_HEAD
  std::mutex Mutex;
  long Count GUARDED_BY(Mutex);
  long Total GUARDED_BY(Mutex);
};

struct Handle {
  PyObject_HEAD
  Cache *Shared;
};

static PyObject *counterAdd(PyObject *Op, PyObject *) {
  auto *Self = reinterpret_cast<Counter *>(Op);
  Self->Count++; // expect: object-field high
  std::lock_guard<std::mutex> Guard(Self->Mutex);
  Self->Total++;
  Py_RETURN_NONE;
}

static PyObject *counterSet(PyObject *Op, PyObject *Arg) {
  auto *Self = reinterpret_cast<Counter *>(Op);
  if (Arg == Py_None) {
    Self->Total = 3; // expect: object-field high
    Py_RETURN_NONE;
  }
  std::lock_guard<std::mutex> Guard(Self->Mutex);
  Self->Count = Self->Total;
  Py_RETURN_NONE;
}

static Cache *of(PyObject *Op) { return reinterpret_cast<Handle *>(Op)->Shared; }

static PyObject *use(PyObject *Op, PyObject *) {
  of(Op)->add("a");
  of(Op)->late("a");
  of(Op)->resize();
  of(Op)->mark();
  return PyLong_FromLong(of(Op)->hits());
}

static PyObject *useSafely(PyObject *Op, PyObject *) {
  of(Op)->reset();
  return PyBool_FromLong(of(Op)->find("a"));
}

static PyMethodDef Methods[] = {
    {"counter_add", counterAdd, METH_NOARGS, nullptr},
    {"counter_set", counterSet, METH_O, nullptr},
    {"use", use, METH_NOARGS, nullptr},
    {"use_safely", useSafely, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "promises", nullptr, 0, Methods,
                      nullptr, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_promises() { return PyModuleDef_Init(&Module); }
