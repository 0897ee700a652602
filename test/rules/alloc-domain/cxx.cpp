// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// alloc-domain in C++: allocators, operator new, placement new, destructors.

// expect: none

#include <Python.h>
#include <cstddef>
#include <new>

namespace {

// An allocator for the standard containers.
template <class T> struct ObjectAllocator {
  using value_type = T;
  T *allocate(std::size_t N) {
    void *P;
    if (N == 1)
      P = PyObject_Malloc(sizeof(T)); // expect: alloc-domain high
    else
      P = PyMem_Malloc(sizeof(T) * N);
    return static_cast<T *>(P);
  }
  void deallocate(T *Block, std::size_t N) {
    if (N == 1)
      PyObject_Free(Block); // expect: alloc-domain high
    else
      PyMem_Free(Block);
  }
};

template <class T> struct BufferAllocator {
  using value_type = T;
  T *allocate(std::size_t N) {
    return static_cast<T *>(PyMem_Malloc(sizeof(T) * N));
  }
  void deallocate(T *Block, std::size_t) { PyMem_Free(Block); }
};

// A class with its own operator new.
struct Task {
  static void *operator new(std::size_t N) {
    return PyObject_Malloc(N); // expect: alloc-domain high
  }
  static void operator delete(void *P) {
    PyObject_Free(P); // expect: alloc-domain high
  }
  int State = 0;
};

// A buffer with an owner: the constructor and destructor do not agree.
class Wrong {
public:
  explicit Wrong(std::size_t N) : Data(static_cast<char *>(PyMem_Malloc(N))) {}
  ~Wrong() { delete[] Data; } // expect: alloc-domain high
  Wrong(const Wrong &) = delete;
  char *Data;
};

class Right {
public:
  explicit Right(std::size_t N) : Data(new char[N]) {}
  ~Right() { delete[] Data; }
  Right(const Right &) = delete;
  char *Data;
};

class Mixed {
public:
  explicit Mixed(std::size_t N) : Data(new char[N]) {}
  ~Mixed() { delete Data; } // expect: alloc-domain high
  Mixed(const Mixed &) = delete;
  char *Data;
};

// Placement new makes an object of what is there.
struct Part { int N = 0; };
struct Holder {
  PyObject_HEAD
  Part *Inner;
};
PyObject *safePlacement(PyObject *Self, PyObject *) {
  void *Memory = PyMem_Malloc(sizeof(Part));
  if (!Memory)
    return PyErr_NoMemory();
  Part *Made = new (Memory) Part();
  Made->~Part();
  PyMem_Free(Memory);
  Py_RETURN_NONE;
}

PyObject *run(PyObject *, PyObject *) {
  Task *T = new Task();
  delete T;
  Wrong W(8);
  Right R(8);
  Mixed M(8);
  ObjectAllocator<Part> A;
  A.deallocate(A.allocate(1), 1);
  BufferAllocator<Part> B;
  B.deallocate(B.allocate(1), 1);
  return PyLong_FromLong(W.Data[0] + R.Data[0] + M.Data[0]);
}

PyMethodDef Methods[] = {
    {"run", run, METH_NOARGS, nullptr},
    {"safe_placement", safePlacement, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {
    PyModuleDef_HEAD_INIT, "m", nullptr, 0, Methods,
    nullptr, nullptr, nullptr, nullptr,
};

} // namespace

PyMODINIT_FUNC PyInit_m() { return PyModuleDef_Init(&Module); }
