// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// detached-api where C++ calls what nobody wrote a call of: overrides, copies
// and ends of objects, threads in containers.

#include <Python.h>
#include <functional>
#include <streambuf>
#include <thread>
#include <vector>

class Attached {
  PyGILState_STATE State;

public:
  Attached() : State(PyGILState_Ensure()) {}
  ~Attached() { PyGILState_Release(State); }
};

class Ref {
  PyObject *Object;

public:
  explicit Ref(PyObject *O) : Object(O) {}
  Ref(const Ref &Other) : Object(Other.Object) { Py_XINCREF(Object); }
  Ref(Ref &&Other) : Object(Other.Object) { Other.Object = nullptr; }
  ~Ref() { Py_XDECREF(Object); }
  PyObject *get() const { return Object; }
};

// The stream calls these from whatever thread prints.
class PyStream : public std::streambuf {
  Ref Write;

public:
  explicit PyStream(PyObject *W) : Write(W) {}
  int sync() override {
    PyObject *R = PyObject_CallNoArgs(Write.get()); // expect: detached-api medium
    Py_XDECREF(R);
    return 0;
  }
};
class CarefulStream : public std::streambuf {
  PyObject *Write;

public:
  explicit CarefulStream(PyObject *W) : Write(W) {}
  int sync() override {
    Attached Guard;
    Py_XDECREF(PyObject_CallNoArgs(Write));
    return 0;
  }
};

// The project's own virtual functions are called as its own code is.
struct Shape {
  virtual ~Shape() = default;
  virtual PyObject *name() = 0;
};
struct Circle : Shape {
  PyObject *name() override { return PyUnicode_FromString("circle"); }
};

// Takes a state to die in: whoever destroys it has none, and copies it too.
struct Callback {
  Ref Function;
  explicit Callback(Ref &&F) : Function(std::move(F)) {}
  Callback(const Callback &) = default; // expect: detached-api medium
  ~Callback() {
    Attached Guard;
    Ref Last(std::move(Function));
  }
};
// Copies with a state of their own.
struct CarefulCallback {
  PyObject *Function;
  explicit CarefulCallback(PyObject *F) : Function(F) {}
  CarefulCallback(const CarefulCallback &Other) : Function(Other.Function) {
    Attached Guard;
    Py_XINCREF(Function);
  }
  ~CarefulCallback() {
    Attached Guard;
    Py_XDECREF(Function);
  }
};
// Lives where Python is.
struct Plain {
  Ref Function;
  explicit Plain(Ref &&F) : Function(std::move(F)) {}
  Plain(const Plain &) = default;
};

// A closure that takes a state when called, and none when destroyed.
std::function<void()> OnEvent;
PyObject *setEvent(PyObject *, PyObject *F) {
  Py_INCREF(F);
  Ref Owned(F);
  // expect-next: detached-api medium
  OnEvent = [Owned]() {
    Attached Guard;
    Py_XDECREF(PyObject_CallNoArgs(Owned.get()));
  };
  return PyLong_FromLong(0);
}
// A borrowed pointer needs nothing to die.
PyObject *setBorrowed(PyObject *, PyObject *F) {
  OnEvent = [F]() {
    Attached Guard;
    Py_XDECREF(PyObject_CallNoArgs(F));
  };
  return PyLong_FromLong(0);
}
// Called where Python is, and destroyed there.
PyObject *each(PyObject *, PyObject *F) {
  Py_INCREF(F);
  Ref Owned(F);
  auto Call = [Owned]() { return PyObject_CallNoArgs(Owned.get()); };
  return Call();
}

// Threads made in place, in a container; their maker works too.
class Pool {
  PyObject *Results;

public:
  explicit Pool(PyObject *R) : Results(R) {}
  void report(long N) {
    PyObject *O = PyLong_FromLong(N); // expect: detached-api high
    PyList_Append(Results, O); // expect: detached-api high
    Py_XDECREF(O); // expect: detached-api high
  }
  void reportRight(long N) {
    Attached Guard;
    PyObject *O = PyLong_FromLong(N);
    PyList_Append(Results, O);
    Py_XDECREF(O);
  }
  void work() { report(1); }
  void workRight() { reportRight(1); }
  void run() {
    std::vector<std::thread> Threads;
    Threads.emplace_back(&Pool::work, this);
    Threads.emplace_back(&Pool::workRight, this);
    work();
    workRight();
    for (std::thread &T : Threads)
      T.join();
  }
};
PyObject *pool(PyObject *, PyObject *List) {
  Pool(List).run();
  return Py_NewRef(List);
}

// A base that leaves the last step to its user: the one whose thread it is.
template <class Derived> class Steps {
public:
  void each(PyObject *List) {
    for (int I = 0; I < 3; ++I)
      static_cast<Derived *>(this)->step(List);
  }
};
class Serial : public Steps<Serial> {
public:
  void step(PyObject *List) { PyList_Append(List, Py_None); }
  void run(PyObject *List) { each(List); }
};
class Threaded : public Steps<Threaded> {
public:
  void step(PyObject *List) {
    PyList_Append(List, Py_None); // expect: detached-api high
  }
  void work(PyObject *List) { each(List); }
  void run(PyObject *List) {
    std::thread Other(&Threaded::work, this, List);
    work(List);
    Other.join();
  }
};
PyObject *steps(PyObject *, PyObject *List) {
  Serial().run(List);
  Threaded().run(List);
  return Py_NewRef(List);
}

// Ends anywhere; the error is saved before there is a state to save it in.
struct Error {
  PyObject *Type = nullptr;
  ~Error() {
    if (Type) {
      PyObject *Saved = PyErr_GetRaisedException(); // expect: detached-api medium
      Attached Guard;
      Py_CLEAR(Type);
      PyErr_SetRaisedException(Saved);
    }
  }
};
struct CarefulError {
  PyObject *Type = nullptr;
  ~CarefulError() {
    if (Type) {
      Attached Guard;
      PyObject *Saved = PyErr_GetRaisedException();
      Py_CLEAR(Type);
      PyErr_SetRaisedException(Saved);
    }
  }
};

static PyMethodDef Methods[] = {
    {"setEvent", setEvent, METH_O, nullptr},
    {"setBorrowed", setBorrowed, METH_O, nullptr},
    {"each", each, METH_O, nullptr},
    {"pool", pool, METH_O, nullptr},
    {"steps", steps, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef Module = {PyModuleDef_HEAD_INIT, "strangers", nullptr, 0,
                             Methods, nullptr, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_strangers(void) { return PyModuleDef_Init(&Module); }
