//===- KeepFirst.cpp - the object that is kept ----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KeepFirst.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace ungil::rules {

using namespace fix;

constexpr std::string_view KeepInC =
    "/* Keeps value in *cache, or drops it for what another thread kept. */\n"
    "static inline PyObject *\n"
    "keep_first(_Atomic(PyObject *) *cache, PyObject *value)\n"
    "{\n"
    "    PyObject *first = NULL;\n"
    "    if (value == NULL ||\n"
    "        atomic_compare_exchange_strong(cache, &first, value))\n"
    "        return value;\n"
    "    Py_DECREF(value);\n"
    "    return first;\n"
    "}\n";

constexpr std::string_view KeepInCxx =
    "// Keeps value in cache, or drops it for what another thread kept.\n"
    "static inline PyObject *\n"
    "keep_first(std::atomic<PyObject *> &cache, PyObject *value)\n"
    "{\n"
    "    PyObject *first = nullptr;\n"
    "    if (value == nullptr || cache.compare_exchange_strong(first, value))\n"
    "        return value;\n"
    "    Py_DECREF(value);\n"
    "    return first;\n"
    "}\n";

void addKeepFirst(Draft &D, const FunctionText &Code, bool Cxx) {
  std::string_view Helper = Cxx ? KeepInCxx : KeepInC;
  llvm::StringRef Text(Code.Text);
  std::string End(Code.lineEnd());
  auto Lines = [&](std::string_view Block) {
    std::string Out(Block);
    for (size_t At = 0; End.size() > 1 && (At = Out.find('\n', At)) != Out.npos;
         At += End.size())
      Out.replace(At, 1, End);
    return Out;
  };
  if (Text.contains(Lines(Helper)))
    return;
  if (Text.contains("keep_first"))
    return D.refuse("the file has a 'keep_first' of its own");
  uint32_t At = afterIncludes(Code.Text, Code.P.body(Code.F).Body.Offset);
  if (!At)
    return D.refuse("there is no place for what keeps the first object");
  std::string Include = Cxx ? "#include <atomic>" : "#include <stdatomic.h>";
  if (!Text.contains(Include))
    D.once(At, End + Include);
  D.once(At, Lines("\n\n" + std::string(Helper.substr(0, Helper.size() - 1))));
}

} // namespace ungil::rules
