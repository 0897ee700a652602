// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// shared-global in C++: namespaces, class statics, containers, guards.

#include <Python.h>
#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace {

// A counter in a namespace.
long TotalMainGreenlets = 0;

struct MainGreenlet {
  MainGreenlet() { TotalMainGreenlets++; } // expect: shared-global high
  ~MainGreenlet() { TotalMainGreenlets--; }
};

PyObject *makeGreenlet(PyObject *, PyObject *) {
  MainGreenlet Main;
  return PyLong_FromLong(TotalMainGreenlets);
}

// A static member.
struct ThreadState {
  static long ClocksUsed;
  static std::atomic<long> Created;
  static void addClocks(long N) { ClocksUsed += N; } // expect: shared-global high
  static void created() { ++Created; }
};
long ThreadState::ClocksUsed = 0;
std::atomic<long> ThreadState::Created{0};

PyObject *tick(PyObject *, PyObject *) {
  ThreadState::addClocks(1);
  ThreadState::created();
  return PyLong_FromLong(ThreadState::ClocksUsed + ThreadState::Created);
}

// A container grows under its readers.
std::vector<PyObject *> Loaded;

PyObject *load(PyObject *, PyObject *Arg) {
  Loaded.push_back(Arg); // expect: shared-global high
  return PyLong_FromSize_t(Loaded.size());
}

// operator[] of a map inserts.
std::map<std::string, int> Flags;

PyObject *setFlag(PyObject *, PyObject *Arg) {
  Flags[PyUnicode_AsUTF8(Arg)] = 1; // expect: shared-global high
  Py_RETURN_NONE;
}

// A function-local table is as global as any other: C++ guards how it is
// made, not what happens to it later.
PyObject *setHandler(PyObject *, PyObject *Arg) {
  static std::map<std::string, PyObject *> Handlers;
  Handlers.emplace("handler", Py_NewRef(Arg)); // expect: shared-global high
  Py_RETURN_NONE;
}

// A static in a lambda.
PyObject *countCalls(PyObject *, PyObject *) {
  auto Count = [] {
    static long Calls = 0;
    return ++Calls; // expect: shared-global high
  };
  return PyLong_FromLong(Count());
}

// The guard's scope ends before the last use.
std::mutex EarlyMutex;
long Early;

PyObject *earlyEnd(PyObject *, PyObject *) {
  {
    std::lock_guard<std::mutex> Guard(EarlyMutex);
    ++Early;
  }
  return PyLong_FromLong(Early); // expect: shared-global high
}

// SAFE: one guard at every use; three spellings of it.
std::mutex TableMutex;
std::vector<PyObject *> Table;

PyObject *guarded(PyObject *, PyObject *Arg) {
  std::lock_guard<std::mutex> Guard(TableMutex);
  Table.push_back(Arg);
  Py_RETURN_NONE;
}

PyObject *uniquely(PyObject *, PyObject *) {
  std::unique_lock<std::mutex> Guard(TableMutex);
  Table.clear();
  Guard.unlock();
  Py_RETURN_NONE;
}

PyObject *scoped(PyObject *, PyObject *) {
  std::scoped_lock Guard(TableMutex);
  return PyLong_FromSize_t(Table.size());
}

// SAFE: a guard class of the project around a PyMutex.
PyMutex ArenaMutex;
long ArenaBlocks;

class ArenaGuard {
public:
  ArenaGuard() { PyMutex_Lock(&ArenaMutex); }
  ~ArenaGuard() { PyMutex_Unlock(&ArenaMutex); }
};

PyObject *takeBlock(PyObject *, PyObject *) {
  ArenaGuard Guard;
  if (ArenaBlocks == 0)
    Py_RETURN_NONE;
  return PyLong_FromLong(--ArenaBlocks);
}

PyObject *giveBlock(PyObject *, PyObject *) {
  ArenaGuard Guard;
  ++ArenaBlocks;
  Py_RETURN_NONE;
}

// SAFE: the lock is handed to a function that runs a callback under it.
PyMutex StatsMutex;
long Stats;

template <typename Function> auto withStats(Function F) {
  PyMutex_Lock(&StatsMutex);
  auto Result = F();
  PyMutex_Unlock(&StatsMutex);
  return Result;
}

PyObject *bumpStats(PyObject *, PyObject *) {
  return PyLong_FromLong(withStats([] { return ++Stats; }));
}

// SAFE: filled once, before anybody can look.
std::once_flag Once;
int Squares[16];

PyObject *square(PyObject *, PyObject *) {
  std::call_once(Once, [] {
    for (int I = 0; I < 16; ++I)
      Squares[I] = I * I;
  });
  return PyLong_FromLong(Squares[3]);
}

// SAFE: constants, thread_local, atomics, initialisers before main.
constexpr int Sizes[] = {1, 2, 4};
const std::string Greeting = "hello";
thread_local std::vector<PyObject *> Stack;
std::atomic<bool> Enabled{false};
std::atomic_flag Busy = ATOMIC_FLAG_INIT;
std::map<int, int> Cubes = {{1, 1}, {2, 8}};

PyObject *constants(PyObject *, PyObject *Arg) {
  Stack.push_back(Arg);
  Enabled = true;
  Enabled.store(false, std::memory_order_release);
  if (!Busy.test_and_set())
    Busy.clear();
  auto It = Cubes.find(Sizes[0]);
  return PyUnicode_FromFormat("%s %d", Greeting.c_str(),
                              It == Cubes.end() ? 0 : It->second);
}

PyMethodDef Methods[] = {
    {"make_greenlet", makeGreenlet, METH_NOARGS, nullptr},
    {"tick", tick, METH_NOARGS, nullptr},
    {"load", load, METH_O, nullptr},
    {"set_flag", setFlag, METH_O, nullptr},
    {"set_handler", setHandler, METH_O, nullptr},
    {"count_calls", countCalls, METH_NOARGS, nullptr},
    {"early_end", earlyEnd, METH_NOARGS, nullptr},
    {"guarded", guarded, METH_O, nullptr},
    {"uniquely", uniquely, METH_NOARGS, nullptr},
    {"scoped", scoped, METH_NOARGS, nullptr},
    {"take_block", takeBlock, METH_NOARGS, nullptr},
    {"give_block", giveBlock, METH_NOARGS, nullptr},
    {"bump_stats", bumpStats, METH_NOARGS, nullptr},
    {"square", square, METH_NOARGS, nullptr},
    {"constants", constants, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "cxx", nullptr, 0, Methods,
                      nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_cxx() { return PyModuleDef_Init(&Module); }
