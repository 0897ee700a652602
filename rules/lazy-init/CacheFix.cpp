//===- CacheFix.cpp - the first object that is kept wins ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CacheFix.h"
#include "Companions.h"
#include "Fix/Apply.h"
#include "Fix/NullTest.h"
#include "Fix/Variable.h"
#include "KeepFirst.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

/// `name = value` somewhere in the function.
struct Store {
  uint32_t Name = 0;
  uint32_t ValueBegin = 0, ValueEnd = 0;
};

class CacheFix {
public:
  CacheFix(const FixContext &Context, EntityId Place, FunctionId F)
      : P(Context.P), Place(Place), Accesses(P.Places.at(Place)),
        Code(P, F, Context.text(P.body(F).Body.File)), D(Code),
        Cxx(isCxx(Context, Code.file())) {}

  FixPlan plan();

private:
  void findDeclaration();
  void findStores();
  void checkAccesses();
  void checkUses();
  void checkTest(const Store &S);
  void declare();
  void keep(const Store &S);

  bool isJumpedTo(StatementId Label) const;
  bool isUsedUnderDirective(uint32_t Begin, uint32_t End) const;
  bool isPlace(const Origin &O) const;
  bool isObjectPointer() const;

  const Program &P;
  EntityId Place;
  const std::vector<Access> &Accesses;
  FunctionText Code;
  Draft D;
  bool Cxx;
  StatementId Where = None; ///< the declaration
  Variable V;
  std::string Name, Cache;
  std::vector<Store> Stores;
};

void CacheFix::findDeclaration() {
  if (!Code.isValid())
    return D.refuse("the function is written by a macro");
  std::optional<Variable> Found = variableOf(P.entity(Place), Code.Text);
  if (!Found)
    return D.refuse("the declaration is not plain");
  V = *Found;
  Name = Code.Text.substr(V.NameBegin, V.NameEnd - V.NameBegin);
  Cache = Code.freeName(Name + "_cache");
  Where = Code.at(V.NameBegin);
  if (Where == None || Code[Where].Kind != StatementKind::Declaration ||
      Code[Where].Parent == None)
    return D.refuse("the declaration is not in a statement");
  std::string Init = V.initialiser(Code.Text);
  if (!Init.empty() && Init != "NULL" && Init != "nullptr" && Init != "0")
    return D.refuse("the variable does not start as NULL");
  StatementId Block = Code[Where].Parent;
  bool Passed = Code[Block].Parent != None &&
                Code[Code[Block].Parent].Kind == StatementKind::Switch;
  for (StatementId S = 0; S != Code.Statements.size(); ++S)
    Passed |= Code[S].Kind == StatementKind::Label && Code.within(S, Block) &&
              Code[S].Offset > V.Begin && isJumpedTo(S);
  if (Passed)
    D.refuse("a jump may pass the declaration, which has to run now");
}

/// Is there a `goto` in front of the declaration?
bool CacheFix::isJumpedTo(StatementId Label) const {
  return llvm::any_of(Code.Statements, [&](const Statement &S) {
    if (S.Kind != StatementKind::Goto || S.Offset > V.Begin)
      return false;
    std::vector<Token> Words = tokens(Code.Text, S.Offset, S.end());
    return Words.size() < 2 ||
           llvm::StringRef(Code.text(Label))
               .starts_with(llvm::StringRef(spelling(Code.Text, Words[1])));
  });
}

/// Is the variable used where conditional compilation may leave it out?
bool CacheFix::isUsedUnderDirective(uint32_t Begin, uint32_t End) const {
  int Depth = 0;
  for (const Token &T : tokens(Code.Text, Begin, End)) {
    llvm::StringRef Word(spelling(Code.Text, T));
    if (T.Kind == TokenKind::Directive) {
      llvm::StringRef Name = Word.drop_front().ltrim();
      Depth += Name.starts_with("if");
      Depth -= Name.starts_with("endif");
      if (Depth < 0 || Word.contains(this->Name))
        return true;
    }
    if (Depth && T.Kind == TokenKind::Name && Word == this->Name)
      return true;
  }
  return Depth != 0;
}

/// Every use behind the declaration is a read or `name = value`.
void CacheFix::findStores() {
  if (D.isRefused())
    return;
  uint32_t End = Code[Code[Where].Parent].end();
  if (isUsedUnderDirective(Code[Where].end(), End))
    return D.refuse("there is conditional compilation among the uses of '" +
                    Name + "'");
  for (const Local &L : P.body(Code.F).Locals)
    if (L.Name == Name && L.Loc.Offset > V.End && L.Loc.Offset < End)
      return D.refuse("another variable is called '" + Name + "', too");
  std::vector<Token> Words = tokens(Code.Text, Code[Where].end(), End);
  auto Is = [&](size_t I, std::string_view What) {
    return I < Words.size() && spelling(Code.Text, Words[I]) == What;
  };
  for (size_t I = 0; I != Words.size(); ++I) {
    if (!Is(I, Name) || (I && (Is(I - 1, ".") || Is(I - 1, "->"))))
      continue;
    if (I && Is(I - 1, "&"))
      return D.refuse("the address of '" + Name + "' is taken");
    if (!Is(I + 1, "="))
      continue;
    auto [ValueBegin, ValueEnd] = assignedValue(Code.Text, Words, I + 2);
    Store S{Words[I].Offset, ValueBegin, ValueEnd};
    if (!S.ValueBegin)
      return D.refuse("an assignment to '" + Name + "' is not plain");
    Stores.push_back(S);
  }
}

bool CacheFix::isPlace(const Origin &O) const {
  if (O.Kind != OperandKind::Load)
    return false;
  const Path &From = P.path(O.Index);
  return From.Root == RootKind::Place && From.Index == Place &&
         From.Steps.empty();
}

void CacheFix::checkAccesses() {
  if (D.isRefused())
    return;
  for (const Access &A : Accesses) {
    const SourceRange &At = P.event(A.At).Range;
    if (A.At.Function != Code.F)
      return D.refuse("'" + P.name(A.At.Function) + "' uses it as well");
    if (A.Kind == AccessKind::Address)
      return D.refuse("the address of '" + Name + "' is taken");
    if (!A.writes() || A.Indirect)
      continue;
    bool Known = llvm::any_of(Stores, [&](const Store &S) {
      return At.Offset <= S.ValueBegin && S.Name < At.Offset + At.Length;
    });
    if (!Known)
      return D.refuse("'" + Name + "' is changed by a macro");
    if (A.StoresNull || A.LazyTest == None)
      return D.refuse("'" + Name + "' is set again");
    if (std::string Why = whyNotOwned(P, A.At, Name); !Why.empty())
      return D.refuse(Why);
  }
}

/// Nothing may fill the object once it is kept, or give its reference away.
void CacheFix::checkUses() {
  if (D.isRefused())
    return;
  const Function &Body = P.body(Code.F);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Call = Body.Events[E];
    if (Call.Kind != EventKind::Call)
      continue;
    StatementId At = Code.at(Call);
    bool InTest = llvm::any_of(Stores, [&](const Store &S) {
      StatementId If = Code.around(Code.at(S.Name), StatementKind::If);
      return At != None && If != None && Code.within(At, If) &&
             Call.Range.Offset > S.ValueEnd;
    });
    const ApiFunction *Api = P.api(Call);
    for (unsigned I = 0; I != Call.Args.size(); ++I) {
      if (llvm::none_of(P.Functions[Code.F].Value.arg(E, I),
                        [&](const Origin &O) { return isPlace(O); }))
        continue;
      auto Has = [&](const std::vector<int> &Which) {
        return llvm::is_contained(Which, static_cast<int>(I));
      };
      const OwnershipFact *Own =
          Api && Api->Ownership ? &*Api->Ownership : nullptr;
      if (Own && (Has(Own->Steals) || Has(Own->Releases)))
        return D.refuse("the reference in '" + Name + "' is given away");
      if (InTest && Own && Has(Own->Retains))
        return D.refuse("'" + Name + "' takes its reference after it is set");
      if (InTest && (Own ? Has(Own->Mutates) : !Api))
        return D.refuse("the object is filled after '" + Name + "' is set");
    }
  }
}

/// The variable itself must be tested around the store: where only another one
/// is that was set beside it, its own test comes on top.
void CacheFix::checkTest(const Store &S) {
  StatementId Lazy = None;
  for (StatementId If = Code.at(S.Name); If != None; If = Code[If].Parent) {
    if (Code[If].Kind != StatementKind::If)
      continue;
    auto [Begin, End] = Code.condition(If);
    if (Code.mentions(Name, Begin, End))
      return;
    bool Tests =
        llvm::any_of(Accesses, [&, B = Begin, Stop = End](const Access &A) {
          if (A.LazyTest == None)
            return false;
          uint32_t At = P.event({Code.F, A.LazyTest}).Range.Offset;
          return B <= At && At < Stop;
        });
    if (Tests)
      Lazy = If;
  }
  if (Lazy == None)
    return D.refuse("the test of '" + Name + "' is not an if");
  auto [Begin, End] = Code.condition(Lazy);
  for (const Token &T : tokens(Code.Text, Begin, End)) {
    if (T.Kind != TokenKind::Name || spelling(Code.Text, T) == "NULL")
      continue;
    NullTest Other =
        nullTest(Code.Text, Begin, End, spelling(Code.Text, T), false);
    if (Other.Then != Nullness::Null)
      break;
    return D.replace(End, End,
                     " || " + Name + (Cxx ? " == nullptr" : " == NULL"));
  }
  D.refuse("'" + Name + "' is set under a test of something else");
}

bool CacheFix::isObjectPointer() const {
  return llvm::StringRef(V.type(Code.Text)).split('*').first.trim() ==
         "PyObject";
}

void CacheFix::declare() {
  std::string Type = V.type(Code.Text);
  std::string Space = llvm::StringRef(Type).ends_with("*") ? "" : " ";
  std::string Value = Cxx ? Cache + ".load()" : "atomic_load(&" + Cache + ")";
  if (!isObjectPointer())
    Value.insert(0, "(" + Type + ")");
  std::vector<std::string> Lines{
      Cxx ? "static std::atomic<PyObject *> " + Cache + "{nullptr};"
          : "static _Atomic(PyObject *) " + Cache + " = NULL;",
      Type + Space + Name + " = " + Value + ";"};
  if (V.isAlone())
    return D.rewrite(Where, std::move(Lines));
  // The others stay as they are.
  if (V.BehindBegin)
    D.replace(V.OwnBegin, V.BehindBegin, "");
  else
    D.replace(V.BeforeEnd, V.OwnEnd, "");
  for (std::string &Line : Lines)
    D.after(Where, std::move(Line));
}

void CacheFix::keep(const Store &S) {
  std::string Type = V.type(Code.Text);
  std::string Front =
      "keep_first(" + std::string(Cxx ? "" : "&") + Cache + ", ";
  std::string Back = ")";
  uint32_t Begin = S.ValueBegin;
  if (!isObjectPointer()) {
    Front = "(" + Type + ")" + Front + "(PyObject *)";
    std::string Cast = "(" + Type + ")";
    llvm::StringRef Value(
        Code.Text.substr(S.ValueBegin, S.ValueEnd - S.ValueBegin));
    if (Value.starts_with(Cast)) {
      Begin += static_cast<uint32_t>(Cast.size());
    } else if (Value.contains('?') || Value.starts_with("(")) {
      Front += "(";
      Back += ")";
    }
  }
  D.replace(S.ValueBegin, Begin, Front);
  D.replace(S.ValueEnd, S.ValueEnd, Back);
}

FixPlan CacheFix::plan() {
  findDeclaration();
  findStores();
  checkAccesses();
  checkUses();
  for (const Store &S : Stores)
    if (!D.isRefused())
      checkTest(S);
  if (!D.isRefused()) {
    declare();
    for (const Store &S : Stores)
      keep(S);
    addKeepFirst(D, Code, Cxx);
  }
  return D.finish(Applicability::Suggested,
                  "keep the first object that a thread makes" +
                      std::string(Cxx ? "" : " (needs C11 <stdatomic.h>)"));
}

/// Do edits of \p More replace what \p Plan does as well?
bool overlap(const FixPlan &Plan, const FixPlan &More) {
  return llvm::any_of(Plan.Edits, [&](const Edit &A) {
    return llvm::any_of(More.Edits, [&](const Edit &B) {
      return A.Offset < B.Offset + B.Length && B.Offset < A.Offset + A.Length;
    });
  });
}

} // namespace

FixPlan cacheFix(const FixContext &Context, EntityId Place, FunctionId F) {
  FixPlan Plan = CacheFix(Context, Place, F).plan();
  if (Plan.Edits.empty())
    return Plan;
  std::map<uint32_t, FixPlan> All; // by the declaration, whichever is first
  const Program &P = Context.P;
  All[P.entity(Place).Declaration.Offset] = Plan;
  for (EntityId Other : setAlong(P, Place)) {
    if (!P.entity(Other).has(EF_StaticLocal))
      return Plan;
    FixPlan More = CacheFix(Context, Other, F).plan();
    if (More.Edits.empty() || overlap(Plan, More))
      return Plan;
    All[P.entity(Other).Declaration.Offset] = std::move(More);
  }
  Plan.Edits.clear();
  for (const auto &[Offset, Each] : All)
    for (const Edit &E : Each.Edits) {
      bool Known = E.Once && llvm::any_of(Plan.Edits, [&](const Edit &Has) {
                     return Has.Offset == E.Offset && Has.Text == E.Text;
                   });
      if (!Known)
        Plan.Edits.push_back(E);
    }
  if (All.size() > 1)
    for (Edit &E : Plan.Edits)
      E.Once = true; // the findings about the others have the same
  llvm::stable_sort(Plan.Edits, comesBefore);
  return Plan;
}

} // namespace ungil::rules
