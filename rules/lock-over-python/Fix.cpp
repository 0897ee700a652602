//===- Fix.cpp - references released behind the unlock --------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   PyMutex_Lock(&m);                    PyMutex_Lock(&m);
//   Py_XSETREF(cache, value);       ->   PyObject *old = cache;
//   PyMutex_Unlock(&m);                  cache = value;
//                                        PyMutex_Unlock(&m);
//                                        Py_XDECREF(old);
//
// What is released goes on living until nobody waits for the lock.
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "Rules/Locking.h"
#include "ShrinkFix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {
namespace {

using namespace fix;

class ReleaseFix {
public:
  ReleaseFix(const FixContext &Context, const Finding &Found)
      : P(Context.P), S{Found.About.Function, Found.About.Event},
        Code(P, S.Function, Context.text(P.body(S.Function).Body.File)),
        D(Code), Cxx(isCxx(Context, Code.file())) {}

  FixPlan plan();

private:
  void findLock();
  void findUnlock();
  void moveAll();
  void move(StatementId At);
  void moveLocal(StatementId At, const CallText &Call);
  void moveField(StatementId At, const CallText &Call, bool MayBeNull);

  const Program &P;
  Site S;
  FunctionText Code;
  Draft D;
  bool Cxx;
  const HeldLock *Lock = nullptr;
  StatementId Block = None, Unlock = None;
  unsigned Names = 0;
  bool Moved = false; ///< the call of the finding among them
};

/// The one mutex over the call, taken in this function.
void ReleaseFix::findLock() {
  Lock = mutexOver(Code, S, D);
  if (Lock && Lock->Handle != None)
    return D.refuse("the lock is held by a guard object, until the end of its "
                    "block");
}

/// The unlock that ends the region: in the block of the call, and nothing
/// leaves the block between the two.
void ReleaseFix::findUnlock() {
  if (D.isRefused())
    return;
  StatementId At = Code.at(P.event(S));
  if (At == None || Code[At].Parent == None)
    return D.refuse("the call is not in a statement");
  for (const LockChange &C : P.Functions[S.Function].Locks.Changes) {
    if (C.Takes || !C.Lock.sameLock(*Lock))
      continue;
    StatementId Here = Code.at(P.body(S.Function).Events[C.At]);
    for (StatementId Outer = At; Outer != None && Unlock == None;
         Outer = Code[Outer].Parent)
      if (Here != None && Code[Here].Parent == Code[Outer].Parent &&
          Code[Here].Offset > Code[Outer].Offset &&
          Code[Here].Kind == StatementKind::Expression) {
        Unlock = Here;
        Block = Code[Here].Parent;
      }
  }
  if (Unlock == None || Code[Block].Kind != StatementKind::Compound)
    return D.refuse("the unlock is not in the same block");
  uint32_t Begin = Code[At].Offset, End = Code[Unlock].Offset;
  if (Code.hasDirective(Begin, End))
    return D.refuse("there is conditional compilation before the unlock");
}

/// `Py_DECREF(local);`: the name must mean the same behind the unlock.
void ReleaseFix::moveLocal(StatementId At, const CallText &Call) {
  std::string Name(Call.Args[0]);
  uint32_t Begin = Code[At].end(), End = Code[Unlock].Offset;
  if (Code.mentions(Name, Begin, End))
    return D.refuse("'" + Name + "' is used again before the unlock");
  D.after(Unlock, std::string(Code.text(At)));
  D.remove(At);
}

/// `Py_CLEAR(self->x);`: the old value leaves the protected state.
void ReleaseFix::moveField(StatementId At, const CallText &Call,
                           bool MayBeNull) {
  std::string Old = Code.freeName(Names++ ? "old" + std::to_string(Names)
                                          : std::string("old"));
  std::string Field(Call.Args[0]), Null = Cxx ? "nullptr" : "NULL";
  std::string New = Call.Args.size() == 2 ? std::string(Call.Args[1]) : Null;
  D.rewrite(At, {"PyObject *" + Old + " = (PyObject *)" + Field + ";",
                 Field + " = " + New + ";"});
  D.after(Unlock, (MayBeNull ? "Py_XDECREF(" : "Py_DECREF(") + Old + ");");
}

void ReleaseFix::move(StatementId At) {
  std::vector<Token> Words = tokens(Code.Text, Code[At].Offset, Code[At].end());
  if (Words.empty() ||
      (Code[At].Kind != StatementKind::Expression && !Code[At].has(SF_Macro)))
    return;
  std::string_view Name = spelling(Code.Text, Words[0]);
  CallText Call = callAt(Code.Text, Code[At].Offset, Name);
  bool Drops = Name == "Py_DECREF" || Name == "Py_XDECREF";
  bool Clears = Name == "Py_CLEAR", MayBeNull = Clears || Name == "Py_XSETREF";
  bool Sets = Name == "Py_SETREF" || Name == "Py_XSETREF";
  if (!Call.isValid() || !(Drops || Clears || Sets) ||
      Call.Args.size() != (Sets ? 2 : 1))
    return;
  Moved |= At == Code.at(P.event(S));
  if (Code[At].Parent != Block)
    return D.refuse("a reference is released on some of the ways only");
  bool Local =
      llvm::any_of(P.body(S.Function).Locals, [&](const ungil::Local &L) {
        return L.Name == Call.Args[0];
      });
  if (Drops && Local)
    moveLocal(At, Call);
  else if (Drops)
    D.refuse("what is released stays in the protected state");
  else
    moveField(At, Call, MayBeNull);
}

/// Every release under the lock, so that none is left when one is moved.
void ReleaseFix::moveAll() {
  if (D.isRefused())
    return;
  uint32_t Taken = P.body(S.Function).Events[Lock->Acquired].Range.Offset;
  StatementId First = Code.at(P.event(S));
  for (StatementId At = 0; At != Code.Statements.size(); ++At) {
    if (Code[At].Offset <= Taken || Code[At].Offset >= Code[Unlock].Offset)
      continue;
    if (At > First && Code.leaves(At, Code[Block].Offset, Code[Block].end()))
      return D.refuse("there is a way out before the unlock");
    move(At);
    if (D.isRefused())
      return;
  }
  if (!Moved)
    D.refuse("the release is part of something larger");
}

FixPlan ReleaseFix::plan() {
  const ApiFunction *Api = P.api(P.event(S));
  if (!Api || !Api->Ownership ||
      (Api->Ownership->Releases.empty() && !Api->Ownership->DropsOld))
    D.refuse("only the release of a reference can be moved behind the unlock");
  else
    findLock();
  findUnlock();
  moveAll();
  return D.finish(Applicability::Suggested,
                  "release the reference after the unlock");
}

} // namespace

FixPlan lockOverPythonFix(const FixContext &Context, const Finding &Found) {
  FixPlan Release = ReleaseFix(Context, Found).plan();
  if (!Release.Edits.empty())
    return Release;
  FixPlan Less = shrinkFix(Context, {Found.About.Function, Found.About.Event});
  bool Releases = Release.Title.find("only the release") == std::string::npos;
  return Less.Edits.empty() && Releases ? Release : Less;
}

} // namespace ungil::rules
