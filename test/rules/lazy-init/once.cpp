// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lazy-init beside once-guards: flags that spare the call of the guard, and
// what is set under it here and without it there.

// RUN: %scan %s --select lazy-init --strict --exit-zero --format concise --min-confidence low \
// RUN:   | %FileCheck %s

#include <Python.h>
#include <atomic>
#include <mutex>
#include <new>
#include <pthread.h>

namespace {

// 1: a helper class with a flag of its own beside the once-flag.
template <typename T> class Stored {
public:
  template <typename Make> Stored &store(Make &&Fn) {
    // CHECK: :[[@LINE+1]]:{{.*}}warning: 'Ready' is tested to spare a call of 'call_once', without synchronisation [lazy-init]
    if (!Ready) { // expect: lazy-init high
      std::call_once(Flag, [&] {
        ::new (Storage) T(Fn());
        Ready = true;
      });
    }
    return *this;
  }
  T &get() { return *reinterpret_cast<T *>(Storage); }

private:
  alignas(T) char Storage[sizeof(T)] = {};
  std::once_flag Flag;
  bool Ready = false;
};

PyObject *width(PyObject *, PyObject *) {
  static Stored<int> Width;
  return PyLong_FromLong(Width.store([] { return 80; }).get());
}

// 2: a plain global flag.
std::once_flag TableOnce;
bool TableDone;
int Table[16];

void fillTable() {
  for (int I = 0; I < 16; ++I)
    Table[I] = I * I;
  TableDone = true;
}

PyObject *table(PyObject *, PyObject *) {
  if (!TableDone) // expect: lazy-init high
    std::call_once(TableOnce, fillTable);
  return PyLong_FromLong(Table[3]);
}

// 3: the pointer itself is the flag.
pthread_once_t PoolOnce = PTHREAD_ONCE_INIT;
int *Pool;
void makePool() { Pool = new int[64](); }

PyObject *pool(PyObject *, PyObject *) {
  if (Pool == nullptr) // expect: lazy-init high
    pthread_once(&PoolOnce, makePool);
  return PyLong_FromLong(Pool[1]);
}

// 4: a cached pointer, set under the guard and again without it.
struct Slot {
  std::once_flag Flag;
  int Value;
};
Slot *findSlot();

class Cached {
public:
  void make() {
    Slot *Where = findSlot();
    std::call_once(Where->Flag, [&] {
      Where->Value = 1;
      Last = &Where->Value;
    });
  }
  int &get() {
    if (Many)
      // CHECK: :[[@LINE+1]]:{{.*}}warning: 'Last' is set without the guard of 'std::call_once' that sets it elsewhere [lazy-init]
      Last = &findSlot()->Value; // expect: lazy-init medium
    return *Last;
  }
  std::atomic<bool> Many{false};

private:
  int *Last = nullptr;
};
Cached Shared;

PyObject *cached(PyObject *, PyObject *) {
  Shared.make();
  return PyLong_FromLong(Shared.get());
}

// 5: a counter that the guarded function starts and others change.
std::once_flag CountOnce;
int Count;

PyObject *count(PyObject *, PyObject *) {
  std::call_once(CountOnce, [] { Count = 100; });
  return PyLong_FromLong(Count);
}

PyObject *reset(PyObject *, PyObject *) {
  Count = 0; // expect: lazy-init medium
  Py_RETURN_NONE;
}

// 6: a field of an object of Python, with the guard in it.
struct Reader {
  PyObject_HEAD
  std::once_flag Flag;
  bool Open;
  int Handle;
};

PyObject *readerOpen(PyObject *Op, PyObject *) {
  auto *Self = reinterpret_cast<Reader *>(Op);
  if (!Self->Open) { // expect: lazy-init high
    std::call_once(Self->Flag, [Self] {
      Self->Handle = 1;
      Self->Open = true;
    });
  }
  return PyLong_FromLong(Self->Handle);
}

// SAFE 1: the flag is atomic.
class Careful {
public:
  int get() {
    if (!Ready) {
      std::call_once(Flag, [&] {
        Value = 7;
        Ready = true;
      });
    }
    return Value;
  }

private:
  std::once_flag Flag;
  std::atomic<bool> Ready{false};
  int Value = 0;
};
Careful TheCareful;

PyObject *careful(PyObject *, PyObject *) {
  return PyLong_FromLong(TheCareful.get());
}

// SAFE 2: the guard is asked every time.
std::once_flag NameOnce;
const char *Name;

PyObject *name(PyObject *, PyObject *) {
  std::call_once(NameOnce, [] { Name = "name"; });
  return Name ? PyUnicode_FromString(Name) : nullptr;
}

// SAFE 3: the test is about something else.
bool Verbose;
std::once_flag LogOnce;
int LogLevel;

PyObject *log(PyObject *, PyObject *) {
  if (!Verbose)
    std::call_once(LogOnce, [] { LogLevel = 1; });
  Py_RETURN_NONE;
}

// SAFE 4: a flag of each thread.
thread_local bool SeenHere;
std::once_flag SeenOnce;

PyObject *seen(PyObject *, PyObject *) {
  if (!SeenHere)
    std::call_once(SeenOnce, [] { SeenHere = true; });
  Py_RETURN_NONE;
}

// SAFE 5: the constructor sets it before anybody else can.
class Made {
public:
  Made() { Value = 3; }
  int get() {
    std::call_once(Flag, [&] { Value = 4; });
    return Value;
  }

private:
  std::once_flag Flag;
  int Value;
};
Made TheMade;

PyObject *made(PyObject *, PyObject *) {
  return PyLong_FromLong(TheMade.get());
}

// SAFE 6: a local of the caller.
std::once_flag LocalOnce;

PyObject *local(PyObject *, PyObject *) {
  bool First = false;
  std::call_once(LocalOnce, [&] { First = true; });
  if (!First)
    std::call_once(LocalOnce, [&] { First = true; });
  return PyBool_FromLong(First);
}

PyMethodDef Methods[] = {
    {"width", width, METH_NOARGS, nullptr},
    {"table", table, METH_NOARGS, nullptr},
    {"pool", pool, METH_NOARGS, nullptr},
    {"cached", cached, METH_NOARGS, nullptr},
    {"count", count, METH_NOARGS, nullptr},
    {"reset", reset, METH_NOARGS, nullptr},
    {"careful", careful, METH_NOARGS, nullptr},
    {"name", name, METH_NOARGS, nullptr},
    {"log", log, METH_NOARGS, nullptr},
    {"seen", seen, METH_NOARGS, nullptr},
    {"made", made, METH_NOARGS, nullptr},
    {"local", local, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMethodDef ReaderMethods[] = {
    {"open", readerOpen, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot ReaderSlots[] = {
    {Py_tp_methods, ReaderMethods},
    {0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "once", nullptr, 0, Methods,
                      nullptr, nullptr, nullptr, nullptr};

} // namespace

PyType_Spec ReaderSpec = {"once.Reader", sizeof(Reader), 0, Py_TPFLAGS_DEFAULT,
                          ReaderSlots};

PyMODINIT_FUNC PyInit_once() { return PyModuleDef_Init(&Module); }
