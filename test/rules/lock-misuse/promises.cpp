// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lock-misuse where the authors say which locks a function relies on.

#include <Python.h>
#include <memory>
#include <mutex>

#define REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define REQUIRES_SHARED(...)                                                   \
  __attribute__((requires_shared_capability(__VA_ARGS__)))
#define ACQUIRE(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define RELEASE(...) __attribute__((release_capability(__VA_ARGS__)))
#define EXCLUDES(...) __attribute__((locks_excluded(__VA_ARGS__)))
#define RETURNS(...) __attribute__((lock_returned(__VA_ARGS__)))
#define BEFORE(...) __attribute__((acquired_before(__VA_ARGS__)))
#define AFTER(...) __attribute__((acquired_after(__VA_ARGS__)))
#define NO_ANALYSIS __attribute__((no_thread_safety_analysis))

static std::mutex Registry, Other;
static long Size;

static void growLocked(long N) REQUIRES(Registry) { Size += N; }
static long sizeLocked() REQUIRES_SHARED(Registry) { return Size; }

// Outer is taken before Inner, Last after that. Clang reads an order from what
// it knows for a lock.
class __attribute__((capability("mutex"))) Gate {
public:
  void lock() ACQUIRE();
  void unlock() RELEASE();
};
static Gate Inner, Outer BEFORE(Inner), Last AFTER(Inner);
void flush() EXCLUDES(Registry); // in another library
static void refill() EXCLUDES(Registry) {
  std::lock_guard<std::mutex> Guard(Registry);
  growLocked(1);
}

class Queue {
public:
  std::mutex &mutex() RETURNS(Mutex);
  std::mutex *pointer() RETURNS(&Mutex);
  void push() REQUIRES(Mutex);

private:
  std::mutex Mutex;
};

static Queue *Jobs;

class Store {
public:
  Store() { clear(); } // nobody else has it
  ~Store() { clear(); }

  void add(long N) {
    Total += N; // the field is another rule's
    record(N); // expect: lock-misuse high
  }
  void addSafely(long N) {
    std::lock_guard<std::mutex> Guard(Mutex);
    record(N);
  }
  void enter() ACQUIRE(Mutex);
  void leave() RELEASE(Mutex);
  void clear() REQUIRES(Mutex) { Total = 0; }
  void record(long N) REQUIRES(Mutex) {
    Total += N;
    clear();
  }

private:
  std::mutex Mutex;
  long Total;
};

static Store *Shared;

// BAD
static PyObject *grow(PyObject *, PyObject *Arg) {
  growLocked(PyLong_AsLong(Arg)); // expect: lock-misuse high
  Py_RETURN_NONE;
}

static PyObject *wrongLock(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> Guard(Other);
  growLocked(1); // expect: lock-misuse high
  Py_RETURN_NONE;
}

static PyObject *tooLate(PyObject *, PyObject *) {
  Registry.lock();
  growLocked(1);
  Registry.unlock();
  return PyLong_FromLong(sizeLocked()); // expect: lock-misuse high
}

static PyObject *onOneWay(PyObject *, PyObject *Arg) {
  bool Locks = PyObject_IsTrue(Arg);
  if (Locks)
    Registry.lock();
  growLocked(1); // expect: lock-misuse high
  if (Locks)
    Registry.unlock();
  Py_RETURN_NONE;
}

static void helper() { growLocked(2); } // expect: lock-misuse high

static PyObject *throughHelper(PyObject *, PyObject *) {
  helper();
  Py_RETURN_NONE;
}

static PyObject *add(PyObject *, PyObject *) {
  Shared->add(1);
  Shared->clear(); // expect: lock-misuse high
  Py_RETURN_NONE;
}

static PyObject *flushUnder(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> Guard(Registry);
  flush(); // expect: lock-misuse high
  refill(); // expect: lock-misuse high
  Py_RETURN_NONE;
}

static PyObject *inverse(PyObject *, PyObject *) {
  std::lock_guard<Gate> First(Inner);
  std::lock_guard<Gate> Second(Outer); // expect: lock-misuse high
  Py_RETURN_NONE;
}

static void takeInner() { std::lock_guard<Gate> Guard(Inner); }

static PyObject *inverseInHelper(PyObject *, PyObject *) {
  std::lock_guard<Gate> First(Last);
  takeInner(); // expect: lock-misuse high
  Py_RETURN_NONE;
}

static PyObject *pushBare(PyObject *, PyObject *) {
  Jobs->push(); // expect: lock-misuse high
  Py_RETURN_NONE;
}

// SAFE
static PyObject *flushAfter(PyObject *, PyObject *) {
  {
    std::lock_guard<std::mutex> Guard(Registry);
    growLocked(1);
  }
  flush();
  refill();
  std::lock_guard<std::mutex> Guard(Other);
  flush();
  Py_RETURN_NONE;
}

static PyObject *inOrder(PyObject *, PyObject *) {
  std::lock_guard<Gate> First(Outer);
  std::lock_guard<Gate> Second(Inner);
  std::lock_guard<Gate> Third(Last);
  Py_RETURN_NONE;
}

static PyObject *pushUnder(PyObject *, PyObject *) {
  {
    std::lock_guard<std::mutex> Guard(Jobs->mutex());
    Jobs->push();
  }
  Jobs->pointer()->lock();
  Jobs->push();
  Jobs->pointer()->unlock();
  Py_RETURN_NONE;
}

static void helperUnderLock() { growLocked(2); }

static PyObject *underLock(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> Guard(Registry);
  growLocked(1);
  helperUnderLock();
  return PyLong_FromLong(sizeLocked());
}

static PyObject *addSafely(PyObject *, PyObject *) {
  Shared->addSafely(1);
  Shared->enter();
  Shared->record(1);
  Shared->leave();
  Py_RETURN_NONE;
}

static PyObject *ownObject(PyObject *, PyObject *) {
  Store Mine;
  Mine.record(1);
  Store *Made = new Store;
  Made->record(1);
  delete Made;
  Py_RETURN_NONE;
}

static PyObject *unchecked(PyObject *, PyObject *Arg) NO_ANALYSIS;
static PyObject *unchecked(PyObject *, PyObject *Arg) {
  bool Locks = PyObject_IsTrue(Arg);
  if (Locks)
    Registry.lock();
  growLocked(1);
  if (Locks)
    Registry.unlock();
  Py_RETURN_NONE;
}

static PyObject *requiring(PyObject *, PyObject *) {
  auto Grow = []() REQUIRES(Registry) { growLocked(1); };
  std::lock_guard<std::mutex> Guard(Registry);
  Grow();
  Py_RETURN_NONE;
}

static PyMethodDef Methods[] = {
    {"grow", grow, METH_O, nullptr},
    {"wrong_lock", wrongLock, METH_NOARGS, nullptr},
    {"too_late", tooLate, METH_NOARGS, nullptr},
    {"on_one_way", onOneWay, METH_O, nullptr},
    {"through_helper", throughHelper, METH_NOARGS, nullptr},
    {"add", add, METH_NOARGS, nullptr},
    {"under_lock", underLock, METH_NOARGS, nullptr},
    {"add_safely", addSafely, METH_NOARGS, nullptr},
    {"own_object", ownObject, METH_NOARGS, nullptr},
    {"unchecked", unchecked, METH_O, nullptr},
    {"flush_under", flushUnder, METH_NOARGS, nullptr},
    {"inverse", inverse, METH_NOARGS, nullptr},
    {"inverse_in_helper", inverseInHelper, METH_NOARGS, nullptr},
    {"push_bare", pushBare, METH_NOARGS, nullptr},
    {"flush_after", flushAfter, METH_NOARGS, nullptr},
    {"in_order", inOrder, METH_NOARGS, nullptr},
    {"push_under", pushUnder, METH_NOARGS, nullptr},
    {"requiring", requiring, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static int load(PyObject *) {
  growLocked(1); // no other thread yet
  Shared = new Store;
  return 0;
}

static PyModuleDef_Slot Slots[] = {
    {Py_mod_exec, reinterpret_cast<void *>(load)}, {0, nullptr}};

static PyModuleDef Module = {PyModuleDef_HEAD_INIT, "promises", nullptr, 0,
                             Methods, Slots, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_promises() { return PyModuleDef_Init(&Module); }
