//===- UnderLock.cpp - statements under a mutex ---------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/UnderLock.h"
#include "Fix/Hold.h"
#include "Fix/LockRegions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <set>
#include <string>
#include <vector>

namespace ungil::fix {
namespace {

class Writer {
public:
  Writer(Draft &D, const FixContext &Context, const FunctionText &Code,
         const UnderLock &Wanted)
      : D(D), Context(Context), Code(Code), Wanted(Wanted),
        Found(D, Context, Code, Wanted) {}

  void run();

private:
  /// The variable for what statement Store replaces.
  struct Kept {
    StatementId Store = None;
    uint32_t From = 0;
    std::string Name, Set;
  };
  void check(const Region &R);
  void write(const Region &R);
  void writeReadings();
  void writeReturn(StatementId S, const std::vector<std::string> &Give);
  std::vector<Kept> putAside(const Region &R);

  Draft &D;
  const FixContext &Context;
  const FunctionText &Code;
  const UnderLock &Wanted;
  LockRegions Found;
};

void Writer::writeReturn(StatementId S, const std::vector<std::string> &Give) {
  llvm::StringRef Text(Code.text(S));
  Text.consume_front("return");
  Text.consume_back(";");
  std::vector<std::string> Lines =
      returnAfter(Code, S, Text.trim().str(), Give);
  if (Lines.empty())
    return D.refuse("what it returns cannot be kept in a variable");
  D.rewrite(S, std::move(Lines));
}

void Writer::check(const Region &R) {
  if (Code.hasDirective(R.Bytes.Begin, R.Bytes.End))
    return D.refuse("there is conditional compilation among the statements "
                    "that belong together");
  if (mayThrow(Context, Code.F, R.Bytes.Begin, R.Bytes.End))
    return D.refuse("a C++ exception could pass the end of it");
  for (StatementId L = 0; L != Code.Statements.size(); ++L)
    for (StatementId G = 0; G != Code.Statements.size(); ++G)
      if (R.Bytes.has(Code[L].Offset) && !R.Bytes.has(Code[G].Offset) &&
          Code.goesTo(G, L))
        return D.refuse("a goto from outside leads into it");
}

void Writer::write(const Region &R) {
  check(R);
  std::vector<Kept> Old = putAside(R);
  // What was replaced before byte At is released once the lock is given back.
  auto GiveAt = [&](uint32_t At) {
    std::vector<std::string> Lines{Wanted.Give};
    for (const Kept &K : Old)
      if (K.From < At)
        Lines.push_back("Py_XDECREF(" + K.Name + ");");
    return Lines;
  };
  D.before(R.Parts.front(), Wanted.Take);
  for (const Kept &K : Old)
    D.before(K.Store, K.Set);
  for (StatementId S : R.Parts) {
    for (const Tail &T : Found.tails(S, R.Bytes))
      for (const std::string &Line : GiveAt(T.Bytes.Begin))
        D.before(T.First, Line);
  }
  for (StatementId S = 0; S != Code.Statements.size(); ++S)
    if (R.Bytes.has(Code[S].Offset) && Code[S].Kind == StatementKind::Return &&
        !Code[S].has(SF_Macro) && Found.hasUse(S))
      writeReturn(S, GiveAt(Code[S].Offset));
  if (!Code.endsWays(R.Parts.back()))
    for (const std::string &Line : GiveAt(R.Bytes.End))
      D.after(R.Parts.back(), Line);
}

/// What exchanges in \p R replace goes into variables: declared in front of it,
/// or where it is set when the lock is given back right behind.
std::vector<Writer::Kept> Writer::putAside(const Region &R) {
  std::vector<Kept> Out;
  for (const Exchange &E : Wanted.Exchanges) {
    if (!R.Bytes.has(Code[E.Store].Offset))
      continue;
    std::string Name = D.newName("old"), Set = Name + " = " + E.Path + ";";
    if (E.Store == R.Parts.back()) {
      Set.insert(0, "PyObject *");
    } else {
      D.before(R.Parts.front(), "PyObject *" + Name + " = NULL;");
      StatementId Loop = Code.around(E.Store, StatementKind::Loop);
      if (Loop != None && R.Bytes.has(Code[Loop].Offset))
        D.refuse("references are replaced in a loop");
    }
    Out.push_back({E.Store, Code[E.Store].Offset, Name, Set});
  }
  return Out;
}

void Writer::writeReadings() {
  std::set<StatementId> Done;
  for (const Reading &First : Found.readings()) {
    if (!Done.insert(First.In).second)
      continue;
    D.before(First.In, Wanted.Take);
    for (const Reading &R : Found.readings())
      if (R.In == First.In)
        D.before(R.In, R.Type + " " + R.Name + " = " + R.Value + ";");
    D.before(First.In, Wanted.Give);
  }
  for (const Reading &R : Found.readings())
    for (Stretch Where : R.Places)
      D.replace(Where.Begin, Where.End, R.Name);
}

void Writer::run() {
  Found.find();
  for (const Region &R : Found.regions())
    if (!D.isRefused())
      write(R);
  if (!D.isRefused())
    writeReadings();
}

} // namespace

void holdLock(Draft &D, const FixContext &Context, const FunctionText &Code,
              const UnderLock &Wanted) {
  if (!Code.isValid())
    return D.refuse("the function is written by a macro");
  if (!D.isRefused())
    Writer(D, Context, Code, Wanted).run();
}

} // namespace ungil::fix
