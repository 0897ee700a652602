//===- Fix.cpp - initialisation that happens once -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One object in a static variable of a function is kept atomically (CacheFix),
// and so are those in arrays and in variables of a file (SlotFix); tables and
// numbers get a lock over the test and what it guards. What neither mends and
// depends on nothing is done by module init (ExecFix). What is read beside a
// once-guard becomes atomic.
//
//===----------------------------------------------------------------------===//

#include "CacheFix.h"
#include "Companions.h"
#include "ExecFix.h"
#include "Fix/Storage.h"
#include "OnceGuards.h"
#include "Rules/PlaceLock.h"
#include "SlotFix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <utility>
#include <vector>

namespace ungil::rules {

using namespace fix;

/// What is read without passing the once-guard that sets it becomes atomic.
static FixPlan besideGuardFix(const FixContext &Context, const Finding &Found) {
  const Program &P = Context.P;
  const Entity &E = P.entity(Found.About.Entity);
  FunctionText Code(P, Found.About.Function,
                    Context.text(P.body(Found.About.Function).Body.File));
  Draft D(Code);
  std::string Why = "the declaration is not plain";
  std::vector<Variable> All;
  if (E.Kind == EntityKind::Place)
    All = declarationsOf(Context, Found.About.Entity, Why);
  else if (E.Declaration.isValid())
    if (auto V = fieldOf(E, Context.text(E.Declaration.File)))
      All.push_back(*V);
  if (All.empty())
    D.refuse(Why);
  for (const Variable &V : All)
    makeAtomic(D, Context, V);
  return D.finish(Applicability::Suggested,
                  "make it atomic, so that who sees it set sees what was "
                  "written before it");
}

/// What \p Other cannot mend where it is may be done by module init.
static FixPlan inInit(const FixContext &Context, EntityId Place,
                      FixPlan Other) {
  if (!Other.Edits.empty())
    return Other;
  FixPlan Moved = execFix(Context, Place);
  if (!Moved.Edits.empty())
    return Moved;
  llvm::StringRef Why(Moved.Title);
  Why.consume_front("no edit: ");
  Other.Title += "; nor can module init do it: " + Why.str();
  return Other;
}

FixPlan lazyInitFix(const FixContext &Context, const Finding &Found) {
  const Program &P = Context.P;
  auto Manual = [](std::string Why) {
    return FixPlan{Applicability::Manual, "no edit: " + std::move(Why), {}};
  };
  if (Found.About.Entity == None)
    return Manual("what is initialised has no name");
  if (isSetUnderOnceGuard(P, Found.About.Entity))
    return besideGuardFix(Context, Found);
  const Entity &Place = P.entity(Found.About.Entity);
  if (Place.Class == TypeClass::PyObject && Place.has(EF_Array)) {
    FixPlan Kept = slotFix(Context, Found.About.Entity);
    if (!Kept.Edits.empty())
      return Kept;
    FixPlan Locked = lockFix(Context, Found.About.Entity);
    return Locked.Edits.empty() ? Kept : Locked;
  }
  if (Place.Class != TypeClass::PyObject) {
    std::vector<EntityId> All = setAlong(P, Found.About.Entity);
    All.push_back(Found.About.Entity);
    // The findings about the others get the same fix.
    auto First = llvm::min_element(All, [&](EntityId A, EntityId B) {
      const SourceRange &X = P.entity(A).Declaration;
      const SourceRange &Y = P.entity(B).Declaration;
      return std::pair(X.File, X.Offset) < std::pair(Y.File, Y.Offset);
    });
    FixPlan Locked = lockFix(Context, *First, All);
    if (Locked.Edits.empty())
      return inInit(Context, Found.About.Entity, std::move(Locked));
    return Locked;
  }
  llvm::ArrayRef<FunctionId> Bodies = Place.has(EF_StaticLocal)
                                          ? P.bodiesOf(Place.Parent)
                                          : llvm::ArrayRef<FunctionId>();
  if (Bodies.size() != 1)
    return inInit(Context, Found.About.Entity,
                  slotFix(Context, Found.About.Entity));
  return cacheFix(Context, Found.About.Entity, Bodies[0]);
}

} // namespace ungil::rules
