//===- Fix.cpp - the API instead of a store -------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PyList_SET_ITEM on a list in use becomes PyList_SetItem, which locks the list
// and releases the old item. Where the function releases it itself, or does not
// say how it fails, the list is locked around the macro instead. Fields that
// only tell how large something is have a function that tells it.
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "Fix/FailureExit.h"
#include "Fix/Section.h"
#include "RefcountFix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

class AccessFix {
public:
  AccessFix(const FixContext &Context, const Finding &Found)
      : Context(Context), P(Context.P), F(Found.About.Function),
        E(Found.About.Event), Code(P, F, Context.text(P.body(F).Body.File)),
        D(Code) {}

  FixPlan plan();

private:
  FixPlan storeItem();
  FixPlan readSize();
  bool isOfList(EventId I, bool Reads) const;
  bool readsItems(StatementId S) const { return hasItems(S, /*Reads=*/true); }
  bool touchesItems(StatementId S) const {
    return hasItems(S, /*Reads=*/true) || hasItems(S, /*Reads=*/false);
  }
  bool hasItems(StatementId S, bool Reads) const;
  std::pair<StatementId, StatementId> stretch(StatementId Store) const;
  FixPlan lockAround(StatementId Store, std::string_view List);
  FixPlan refused(std::string Why) {
    D.refuse(std::move(Why));
    return D.finish(Applicability::Manual, "");
  }

  const FixContext &Context;
  const Program &P;
  FunctionId F;
  EventId E;
  FunctionText Code;
  Draft D;
};

/// Does call \p I borrow an item of the list, or else store one?
bool AccessFix::isOfList(EventId I, bool Reads) const {
  const Event &Call = P.event({F, I});
  const ApiFunction *Api = Call.Kind == EventKind::Call ? P.api(Call) : nullptr;
  if (!Api)
    return false;
  int List = Reads ? (Api->Borrow ? Api->Borrow->Owner : -1)
                   : (P.calleeName(Call) == "PyList_SET_ITEM" ? 0 : -1);
  const Values &V = P.Functions[F].Value;
  return List >= 0 && V.arg(I, List) == V.arg(E, 0);
}

/// Is such a call in \p S?
bool AccessFix::hasItems(StatementId S, bool Reads) const {
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId I = 0; I != Events.size(); ++I)
    if (isOfList(I, Reads) && Code.within(Code.at(Events[I]), S))
      return true;
  return false;
}

/// The statements of the block of \p Store that work on the items, in one
/// piece.
std::pair<StatementId, StatementId>
AccessFix::stretch(StatementId Store) const {
  StatementId First = Store, Last = Store;
  for (StatementId S : Code.children(Code[Store].Parent))
    if (touchesItems(S)) {
      First = std::min(First, S);
      Last = std::max(Last, S);
    }
  return {First, Last};
}

/// `PyList_SET_ITEM` as it stands, with what reads the old item, under the
/// section of the list: nobody else replaces or finds it meanwhile.
FixPlan AccessFix::lockAround(StatementId Store, std::string_view List) {
  if (!isPlainPath(List))
    return refused("the list has no name of its own");
  auto [First, Last] = stretch(Store);
  for (StatementId S = 0; S != Code.Statements.size(); ++S)
    if (readsItems(S) && !Code.within(S, Code[Store].Parent) &&
        Code.children(S).empty())
      return refused("the old item is read in another block");
  if (changedIn(Code, List, Code[First].Offset, Code[Last].end()))
    return refused("the variable of the list is changed in between");
  Section Around;
  Around.First = First;
  Around.Last = Last;
  Around.Objects = {std::string(List)};
  putSection(D, Context, Code, std::move(Around));
  FixPlan Plan = D.finish(Applicability::Suggested,
                          "lock the list while its items are replaced");
  for (Edit &Any : Plan.Edits)
    Any.Once = true; // the other stores have the same section
  return Plan;
}

FixPlan AccessFix::storeItem() {
  const Event &Call = P.event({F, E});
  CallText Text = callAt(Code.Text, Call.Range.Offset, "PyList_SET_ITEM");
  StatementId S = Code.at(Call);
  if (!Text.isValid() || Text.Args.size() != 3 || S == None ||
      Code[S].Kind != StatementKind::Expression ||
      Code[S].Offset != Text.NameBegin)
    return refused("the call is not a statement of its own");
  std::string Exit = readsItems(0) ? "" : failureExit(Code, S, "");
  if (Exit.empty())
    return lockAround(S, Text.Args[0]);
  std::string Args;
  for (std::string_view Arg : Text.Args)
    Args += (Args.empty() ? "" : ", ") + std::string(Arg);
  D.rewrite(S, {"if (PyList_SetItem(" + Args + ") < 0)" + Exit});
  return D.finish(Applicability::Suggested,
                  "use PyList_SetItem(), which locks the list");
}

/// What tells the same as reading `\p Field`; empty if nothing does.
llvm::StringRef sizeOf(llvm::StringRef Field) {
  return llvm::StringSwitch<llvm::StringRef>(Field)
      .Case("ma_used", "PyDict_Size")
      .Default("");
}

/// `((PyDictObject *)dict)->ma_used` becomes `PyDict_Size(dict)`.
FixPlan AccessFix::readSize() {
  const SourceRange &Range = P.event({F, E}).Range;
  llvm::StringRef Text(Code.Text.substr(Range.Offset, Range.Length));
  auto [Object, Field] = Text.rsplit("->");
  llvm::StringRef Function = sizeOf(Field.trim());
  if (Range.InMacro || Function.empty() || Object.empty())
    return refused("no function of the API does this to an object in use");
  Object = Object.trim();
  // The cast was for the field.
  llvm::StringRef Inner = Object;
  bool Cast = Inner.consume_front("((") && Inner.consume_back(")");
  size_t Close = Cast ? Inner.find("*)") : Inner.npos;
  if (Close != Inner.npos && isPlainPath(Inner.substr(Close + 2).trim().str()))
    Object = Inner.substr(Close + 2).trim();
  std::string Argument = Object.str();
  const auto &Locals = P.body(F).Locals;
  bool Plain = llvm::any_of(Locals, [&](const Local &L) {
    return L.Name == Argument && isObjectPointer(L.Type);
  });
  if (!Plain)
    Argument.insert(0, "(PyObject *)");
  D.replace(Range.Offset, Range.Offset + Range.Length,
            Function.str() + "(" + Argument + ")");
  return D.finish(Applicability::Safe, "ask " + Function.str() + "()");
}

FixPlan AccessFix::plan() {
  if (!Code.isValid())
    return refused("the function is written by a macro");
  const Event &Here = P.event({F, E});
  if (Here.Kind == EventKind::Read)
    return readSize();
  if (Here.Kind == EventKind::Call && P.calleeName(Here) == "PyList_SET_ITEM")
    return storeItem();
  return refused("no function of the API does this to an object in use");
}

} // namespace

FixPlan directObjectAccessFix(const FixContext &Context, const Finding &Found) {
  if (Found.About.Event == None)
    return refcountFix(Context, Found);
  return AccessFix(Context, Found).plan();
}

} // namespace ungil::rules
