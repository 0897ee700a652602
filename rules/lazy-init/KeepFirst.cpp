//===- KeepFirst.cpp - the object that is kept ----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KeepFirst.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
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

std::pair<uint32_t, uint32_t> assignedValue(std::string_view Text,
                                            llvm::ArrayRef<Token> Words,
                                            size_t First) {
  uint32_t Begin = 0, End = 0;
  int Depth = 0;
  for (const Token &T : Words.drop_front(std::min(First, Words.size()))) {
    std::string_view Word = spelling(Text, T);
    bool Closes = Word == ")" || Word == "]" || Word == "}";
    if (!Depth && (Closes || Word == ";" || Word == ","))
      break;
    Depth += Word == "(" || Word == "[" || Word == "{";
    Depth -= Closes;
    if (!Begin)
      Begin = T.Offset;
    End = T.end();
  }
  return {Begin, End};
}

std::string whyNotOwned(const Program &P, Site Store, const std::string &Name) {
  for (const Origin &O : P.Functions[Store.Function].Value.value(Store.Event)) {
    if (O.Kind == OperandKind::Null)
      continue;
    if (O.Kind != OperandKind::Result || O.Out)
      return "what '" + Name + "' is set to is not plainly a new reference";
    const Event &Call = P.event({Store.Function, O.Index});
    const ApiFunction *Api = P.api(Call);
    bool Lends = Api && Api->Borrow;
    for (FunctionId Callee : P.bodiesOf(Call.Callee))
      Lends |= P.Functions[Callee].Lends != None;
    if (Lends)
      return "'" + Name + "' is set to a borrowed reference";
  }
  return {};
}

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
