//===- FieldReads.cpp - references read from fields, held -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FieldReads.h"
#include "Fix/Lifetime.h"
#include "Fix/Release.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {

using namespace fix;

/// One for each place in the text, in its order.
void FieldReads::findReads(Draft &D) {
  for (const FieldAccess *A : Accesses) {
    StatementId S = Code.at(P.event(A->At).Range.Offset);
    std::string Name = P.entity(leafOf(*A)).Name;
    std::vector<FieldText> Texts;
    if (S != None)
      Texts = fieldTexts(Code, S, Name);
    if (Texts.empty())
      return D.refuse("'" + Name + "' is read in a macro");
    for (FieldText &T : Texts) {
      bool Known = llvm::any_of(
          Reads, [&](const Read &R) { return R.Text.Begin == T.Begin; });
      if (Known)
        continue;
      if (T.Object.empty())
        return D.refuse("the object whose '" + Name +
                        "' is read is in no variable");
      std::string Path(Code.Text.substr(T.Begin, T.End - T.Begin));
      Reads.push_back({A, S, std::move(T), std::move(Path)});
    }
  }
  llvm::sort(Reads, [](const Read &A, const Read &B) {
    return A.Text.Begin < B.Text.Begin;
  });
}

/// \p S, or what it is part of, in the block of \p Like; None.
StatementId FieldReads::siblingAround(StatementId S, StatementId Like) const {
  while (S != None && Code[S].Parent != Code[Like].Parent)
    S = Code[S].Parent;
  return S;
}

/// Does \p R see what the reads of \p G see?
bool FieldReads::joins(const Group &G, const Read &R) const {
  const Read &First = G.Reads.front();
  StatementId S = siblingAround(R.Where, G.First);
  if (R.Path != First.Path || S == None || S < G.First)
    return false;
  StatementId Block = Code[G.First].Parent;
  if (S != G.First &&
      (Block == None || Code[Block].Kind != StatementKind::Compound))
    return false; // another branch
  bool Nested = S != R.Where;
  if (Nested && S != G.First)
    return false;
  uint32_t Begin = Code[G.First].Offset, End = R.Text.Begin;
  if (changedIn(Code, R.Text.Object, Begin, Code[R.Where].Offset))
    return false;
  if (Uses.writesBetween(leafOf(*R.Access), Begin, End))
    return false;
  // Where it was NULL something may have made it.
  std::vector<StatementId> Parts = Code.children(G.First);
  bool Passes = S == G.First || Parts.empty() || Code.endsWays(Parts[0]);
  return !G.Tested || Passes;
}

/// The statement that \p R can be made in front of: of `else if`, the first
/// `if`, when nothing that is asked before may change the field.
StatementId FieldReads::headOf(const Read &R) const {
  StatementId Head = R.Where;
  while (Code[Head].Kind == StatementKind::If && Code[Head].has(SF_Else))
    Head = Code[Head].Parent;
  if (Head == R.Where)
    return Head;
  uint32_t Begin = Code[Head].Offset, End = Code[R.Where].Offset;
  bool Fixed = !R.Text.Cast && !asksForNull(Code, R.Text.Object, Begin, End) &&
               llvm::none_of(P.body(Code.F).Events, [&](const Event &E) {
                 return E.Kind == EventKind::Call &&
                        (E.Callee == None || !P.bodiesOf(E.Callee).empty()) &&
                        Begin <= E.Range.Offset && E.Range.Offset < End;
               });
  return Fixed ? Head : R.Where;
}

/// A loop asks again in each turn, and may wait for the answer to change.
void FieldReads::checkLoop(Draft &D, const Group &G) const {
  const Read &R = G.Reads.front();
  uint32_t Begin = Code[G.At].Offset, End = Code[G.At].end();
  bool Counts = llvm::StringRef(Code.text(G.At)).starts_with("for");
  if (Code[G.At].Kind == StatementKind::Loop &&
      (!Counts || Uses.writesBetween(leafOf(*R.Access), Begin, End) ||
       changedIn(Code, R.Text.Object, Begin, End)))
    D.refuse("'" + P.entity(leafOf(*R.Access)).Name +
             "' is read in the head of a loop that changes it");
}

void FieldReads::group() {
  for (const Read &R : Reads) {
    auto Known =
        llvm::find_if(Groups, [&](const Group &G) { return joins(G, R); });
    if (Known != Groups.end()) {
      Known->Reads.push_back(R);
      Known->Last = std::max(Known->Last, siblingAround(R.Where, Known->First));
      continue;
    }
    bool Tested = Code[R.Where].Kind == StatementKind::If &&
                  R.Access->Use == FieldUse::Test;
    StatementId At = headOf(R);
    Groups.push_back({{R}, At, At, At, Tested});
  }
  // A test that no use follows is as good as it was.
  std::erase_if(Groups, [](const Group &G) {
    return llvm::all_of(
        G.Reads, [](const Read &R) { return R.Access->Use == FieldUse::Test; });
  });
}

/// Refuses a use of what \p G reads that its reference is no help for.
void FieldReads::checkUse(Draft &D, const Group &G, EventId E) const {
  const Event &Ev = P.event({Code.F, E});
  PathId Where = Uses.pathOf(*G.Reads[0].Access);
  std::string Name = "'" + P.entity(leafOf(*G.Reads[0].Access)).Name + "'";
  const Values &V = P.Functions[Code.F].Value;
  const FieldAccess &Read = *G.Reads[0].Access;
  bool Value = Uses.leadsTo(V.value(E), Where);
  if (Ev.Kind == EventKind::Write && !Value &&
      Uses.writesBetween(leafOf(Read), Code[0].Offset, Ev.Range.Offset))
    return D.refuse("what " + Name +
                    " holds is filled in after it is stored, where other "
                    "threads may have stored another one");
  if (Ev.Kind != EventKind::Call && !Value)
    return;
  if (Ev.Kind == EventKind::Return)
    return D.refuse("what " + Name + " holds is returned as it is");
  if (Ev.Kind == EventKind::Write)
    return D.refuse("what " + Name + " holds is stored somewhere else");
  const ApiFunction *Api = Ev.Kind == EventKind::Call ? P.api(Ev) : nullptr;
  if (!Api || !Api->Ownership || tookBefore(E, Where))
    return;
  auto Given = [&](int Arg) {
    return Arg >= 0 &&
           Uses.leadsTo(V.arg(E, static_cast<unsigned>(Arg)), Where);
  };
  if (llvm::any_of(Api->Ownership->Releases, Given) ||
      llvm::any_of(Api->Ownership->Steals, Given))
    D.refuse("the reference that " + Name + " held is released or given away");
}

/// Was a reference taken on some way to \p E? Then that is what it lets go of.
bool FieldReads::tookBefore(EventId E, PathId Where) const {
  const Function &Body = P.body(Code.F);
  for (EventId Before = 0; Before != E; ++Before)
    if (takesOne(P, Body.Events[Before]) && Uses.uses(Before, Where))
      return true;
  return false;
}

/// Is the reference that \p G returns one that it takes itself?
bool FieldReads::takesItself(const Group &G) const {
  return llvm::any_of(G.Reads, [&](const Read &R) {
    llvm::StringRef Text(Code.text(R.Where));
    return Text.contains("INCREF") || Text.contains("NewRef");
  });
}

/// Variables that lead to the object make it needed for longer.
void FieldReads::findLast(Draft &D, Group &G) const {
  PathId Where = Uses.pathOf(*G.Reads.front().Access);
  if (Where == None)
    return;
  std::vector<StatementId> Statements;
  for (const Read &R : G.Reads)
    Statements.push_back(R.Where);
  HeldReference H;
  H.First = G.First;
  H.Last = G.Last;
  auto Counts = [&](EventId E, bool Copied) {
    const Event &Ev = P.event({Code.F, E});
    if (takesOne(P, Ev))
      return true;
    if (Uses.takesReference(E, Where) &&
        (Copied || takesItself(G) || Ev.Kind != EventKind::Return))
      return false;
    checkUse(D, G, E);
    return true;
  };
  coverUses(D, Code, lifetimeOf(P, Code.F, Where), Statements, H, Counts);
  G.First = H.First;
  G.Last = H.Last;
}

std::string FieldReads::typeOf(const Read &R) const {
  llvm::StringRef Type(P.entity(leafOf(*R.Access)).Type);
  if (Type.contains("_object *") || Type.empty())
    return "PyObject *";
  if (Type.contains("_typeobject *"))
    return "PyTypeObject *";
  return Type.rtrim(" *").str() + " *";
}

void FieldReads::add(Draft &D, Holds &Out, const Group &G) const {
  const Read &R = G.Reads.front();
  std::string Field = P.entity(leafOf(*R.Access)).Name;
  auto [Begin, End] = ownBytes(Code, R.Where);
  if (R.Text.Conditional &&
      (R.Text.Cast || asksForNull(Code, R.Text.Object, Begin, End)))
    return D.refuse("'" + Field +
                    "' is read on a condition that is asked in "
                    "the same expression");
  if (!isAttached(Code, Code[R.Where].Offset, Code[R.Where].end()))
    return D.refuse("the thread may be without a thread state there, and can "
                    "hold no critical section");
  HeldReference H;
  H.Name = ownVariable(G);
  H.Existing = !H.Name.empty();
  if (!H.Existing)
    H.Name = Out.freeName(Field);
  H.Type = typeOf(R);
  H.At = G.At;
  H.First = G.First;
  H.Last = G.Last;
  std::string Cast = H.Type == "PyObject *" ? "" : "(" + H.Type + ")";
  H.Open = "Py_BEGIN_CRITICAL_SECTION(" + R.Text.Object + ");";
  H.Take = {H.Name + " = " + Cast + "Py_XNewRef(" + R.Path + ");"};
  H.Close = "Py_END_CRITICAL_SECTION();";
  for (const Read &Other : G.Reads)
    if (!H.Existing || Other.Where != H.At)
      H.Instead.push_back({Other.Text.Begin, Other.Text.End});
  if (!H.Existing || Groups.size() != 1 || !own(D, H, R))
    Out.add(std::move(H));
}

/// Makes the variable of \p H, the only one, own what it was lent, where the
/// ways are plain enough to say what it holds on each.
bool FieldReads::own(Draft &D, const HeldReference &H, const Read &R) const {
  OwnedVariable V;
  V.Name = H.Name;
  V.From = H.At;
  V.Life = lifetimeOf(P, Code.F, Uses.pathOf(*R.Access));
  Draft Try(Code);
  releaseOnEveryPath(Try, Code, V);
  if (Try.isRefused() || !H.Instead.empty() || isCxx(Context, Code.file()))
    return false;
  std::vector<std::string> Lines{H.Open, H.Take.front(), H.Close};
  if (Code[H.At].Kind == StatementKind::Declaration)
    Lines.insert(Lines.begin(), H.Type + H.Name + ";");
  D.rewrite(H.At, std::move(Lines));
  releaseOnEveryPath(D, Code, V);
  return true;
}

/// The variable that the first statement of \p G does nothing but set, and no
/// other statement sets; empty if there is none.
std::string FieldReads::ownVariable(const Group &G) const {
  const Read &R = G.Reads.front();
  std::vector<Token> Words = tokens(Code.Text, Code[G.At].Offset, R.Text.Begin);
  size_t Size = Words.size();
  auto Is = [&](size_t I, std::string_view What) {
    return spelling(Code.Text, Words[I]) == What;
  };
  bool Declares = Size == 4 && Is(0, "PyObject") && Is(1, "*");
  if (G.At != G.First || (!Declares && Size != 2) || !Is(Size - 1, "=") ||
      Words[Size - 2].Kind != TokenKind::Name ||
      R.Text.End + 1 != Code[G.At].end())
    return {};
  std::string Name(spelling(Code.Text, Words[Size - 2]));
  const Function &Body = P.body(Code.F);
  auto Count = llvm::count_if(Body.Events, [&](const Event &E) {
    if (E.Kind != EventKind::Bind)
      return false;
    const Path &To = P.path(E.Where);
    return To.Root == RootKind::Local && To.Steps.empty() &&
           To.Index >= Body.Params && Body.Locals[To.Index].Name == Name &&
           E.Value.Kind != OperandKind::Null;
  });
  return Count == 1 ? Name : std::string();
}

void FieldReads::hold(Draft &D, Holds &Out) {
  findReads(D);
  if (D.isRefused())
    return;
  group();
  for (Group &G : Groups) {
    checkLoop(D, G);
    findLast(D, G);
    if (!D.isRefused())
      add(D, Out, G);
  }
}

} // namespace ungil::rules
