//===- SlotFix.cpp - objects made on first use, kept in slots -------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SlotFix.h"
#include "Companions.h"
#include "Fix/Apply.h"
#include "Fix/Storage.h"
#include "KeepFirst.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <string>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

/// `slot = value` in the text.
struct Assignment {
  uint32_t Begin = 0, TargetEnd = 0;
  uint32_t ValueBegin = 0, End = 0;
  bool Alone = false; ///< a statement of its own
};

/// The stores of one function.
class SlotStores {
public:
  SlotStores(const FixContext &Context, EntityId Place, FunctionId F)
      : P(Context.P), Place(Place), Name(P.entity(Place).Name),
        Code(P, F, Context.text(P.body(F).Body.File)), D(Code),
        Cxx(isCxx(Context, Code.file())) {
    size_t Last = Name.rfind("::");
    if (Last != Name.npos)
      Name = Name.substr(Last + 2);
  }

  void keep(const Access &A);
  FixPlan finish() {
    addKeepFirst(D, Code, Cxx);
    return D.finish(Applicability::Suggested, "");
  }
  bool isRefused() const { return D.isRefused(); }
  const std::string &reason() const { return D.reason(); }

private:
  Assignment assignmentAt(const SourceRange &At);
  bool isSlot(const Origin &O) const;
  void checkBehind(const Access &A, const Assignment &S,
                   const std::string &Value);

  const Program &P;
  EntityId Place;
  std::string Name;
  FunctionText Code;
  Draft D;
  bool Cxx;
};

/// The assignment that event \p At is made of.
Assignment SlotStores::assignmentAt(const SourceRange &At) {
  StatementId S = Code.at(At.Offset);
  if (!Code.isValid() || S == None || Code[S].has(SF_Macro))
    return {};
  std::vector<Token> Words = tokens(Code.Text, Code[S].Offset, Code[S].end());
  auto Is = [&](size_t I, std::string_view What) {
    return I < Words.size() && spelling(Code.Text, Words[I]) == What;
  };
  for (size_t I = 0; I != Words.size(); ++I) {
    if (!Is(I, Name) || Words[I].Offset > At.Offset + At.Length ||
        Words[I].end() < At.Offset)
      continue;
    size_t Equal = I + 1;
    for (int Depth = 0; Equal < Words.size(); ++Equal) {
      Depth += Is(Equal, "[");
      if (!Depth)
        break;
      Depth -= Is(Equal, "]");
    }
    if (!Is(Equal, "="))
      continue;
    auto [Begin, End] = assignedValue(Code.Text, Words, Equal + 1);
    return {Words[I].Offset, Words[Equal - 1].end(), Begin, End, I == 0};
  }
  return {};
}

bool SlotStores::isSlot(const Origin &O) const {
  if (O.Kind != OperandKind::Load)
    return false;
  const Path &From = P.path(O.Index);
  return From.Root == RootKind::Place && From.Index == Place;
}

/// Nothing may fill the object once others see it, or count on a reference of
/// its own beside that of the slot.
void SlotStores::checkBehind(const Access &A, const Assignment &S,
                             const std::string &Value) {
  StatementId Lazy = Code.around(Code.at(S.Begin), StatementKind::If);
  const Function &Body = P.body(Code.F);
  const Values &V = P.Functions[Code.F].Value;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Call = Body.Events[E];
    StatementId At = Code.at(Call);
    if (Call.Kind != EventKind::Call || At == None || Lazy == None ||
        !Code.within(At, Lazy))
      continue;
    const ApiFunction *Api = P.api(Call);
    const OwnershipFact *Own =
        Api && Api->Ownership ? &*Api->Ownership : nullptr;
    for (unsigned I = 0; I != Call.Args.size(); ++I) {
      bool Same = llvm::any_of(V.arg(E, I), [&](const Origin &O) {
        return llvm::is_contained(V.value(A.At.Event), O) || isSlot(O);
      });
      auto Has = [&](const std::vector<int> &Which) {
        return llvm::is_contained(Which, static_cast<int>(I));
      };
      if (!Same)
        continue;
      bool Counts =
          Own && (Has(Own->Retains) || Has(Own->Steals) || Has(Own->Releases));
      if (Counts && Call.Range.Offset < S.End)
        return D.refuse("'" + Value +
                        "' has a reference of its own beside "
                        "that of '" +
                        Name + "'");
      if (Call.Range.Offset > S.End && (Own ? Has(Own->Mutates) : !Api))
        return D.refuse("the object is filled after '" + Name + "' is set");
    }
  }
}

void SlotStores::keep(const Access &A) {
  Assignment S = assignmentAt(P.event(A.At).Range);
  if (!S.ValueBegin)
    return D.refuse("an assignment to '" + Name + "' is not plain");
  if (std::string Why = whyNotOwned(P, A.At, Name); !Why.empty())
    return D.refuse(Why);
  std::string Value(Code.Text.substr(S.ValueBegin, S.End - S.ValueBegin));
  std::string Slot(Code.Text.substr(S.Begin, S.TargetEnd - S.Begin));
  std::string Call =
      "keep_first(" + std::string(Cxx ? "" : "&") + Slot + ", " + Value + ")";
  bool Variable = llvm::any_of(P.body(Code.F).Locals,
                               [&](const Local &L) { return L.Name == Value; });
  checkBehind(A, S, Variable ? Value : Name);
  // The function goes on with what is kept.
  if (Variable && !S.Alone)
    return D.refuse("an assignment to '" + Name + "' is part of an expression");
  D.replace(S.Begin, S.End, (Variable ? Value + " = " : "") + Call);
}

/// Is it an element of the array that \p A takes the address for: `slots[i]`?
bool isElement(const FixContext &Context, EntityId Place, const Access &A) {
  const SourceRange &At = Context.P.event(A.At).Range;
  std::string_view Text = Context.text(At.File);
  llvm::StringRef Name = Context.P.entity(Place).Name;
  Name = Name.substr(Name.rfind(':') + 1);
  std::vector<Token> Words =
      tokens(Text, At.Offset ? At.Offset - 1 : 0, At.Offset + At.Length + 1);
  for (size_t I = 0; I + 1 < Words.size(); ++I)
    if (spelling(Text, Words[I]) == std::string_view(Name))
      return spelling(Text, Words[I + 1]) == "[" &&
             (I == 0 || spelling(Text, Words[I - 1]) != "&");
  return false;
}

} // namespace

FixPlan slotFix(const FixContext &Context, EntityId Place) {
  const Program &P = Context.P;
  auto Manual = [](std::string Why) {
    return FixPlan{Applicability::Manual, "no edit: " + std::move(Why), {}};
  };
  if (std::vector<EntityId> Along = setAlong(P, Place); !Along.empty())
    return Manual("it is set along with '" + P.entity(Along[0]).Name + "'");
  std::string Why = "the declaration is not plain";
  std::vector<Variable> All = declarationsOf(Context, Place, Why);
  if (All.empty())
    return Manual(Why);
  for (const Variable &V : All)
    if (V.type(Context.text(V.File)) != "PyObject *")
      return Manual("it is not declared as PyObject *");
  std::map<FunctionId, SlotStores> Stores;
  for (const Access &A : P.Places.at(Place)) {
    FunctionId F = A.At.Function;
    if (A.Kind == AccessKind::Address && !isElement(Context, Place, A))
      return Manual("its address is taken");
    if (!A.writes() || A.Indirect || P.initOnly(F))
      continue;
    if (A.StoresNull || A.LazyTest == None)
      return Manual("it is set again");
    SlotStores &Here = Stores.try_emplace(F, Context, Place, F).first->second;
    Here.keep(A);
    if (Here.isRefused())
      return Manual(Here.reason());
  }
  FixPlan Plan;
  for (auto &[F, Here] : Stores) {
    FixPlan Part = Here.finish();
    if (Part.Edits.empty())
      return Part;
    Plan.Edits.insert(Plan.Edits.end(), Part.Edits.begin(), Part.Edits.end());
  }
  if (Plan.Edits.empty())
    return Manual("nothing is stored to it");
  FunctionText Code(P, Stores.begin()->first,
                    Context.text(P.body(Stores.begin()->first).Body.File));
  Draft D(Code);
  for (const Variable &V : All)
    makeAtomic(D, Context, V);
  FixPlan Declared =
      D.finish(Applicability::Suggested,
               "keep the first object that a thread makes" +
                   std::string(isCxx(Context, Code.file()) ? ""
                                                           : " (needs C11 "
                                                             "<stdatomic.h>)"));
  if (Declared.Edits.empty())
    return Declared;
  Declared.Edits.insert(Declared.Edits.end(), Plan.Edits.begin(),
                        Plan.Edits.end());
  llvm::stable_sort(Declared.Edits, comesBefore);
  return Declared;
}

} // namespace ungil::rules
