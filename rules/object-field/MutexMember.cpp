//===- MutexMember.cpp - a mutex in an object's structure -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MutexMember.h"
#include "Fix/NullTest.h"
#include "Fix/OldPython.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {

using namespace fix;

MutexMember::MutexMember(const FixContext &Context, EntityId Record)
    : Context(Context), P(Context.P), Record(Record) {
  findBraces();
  std::string_view Text = Close ? Context.text(File) : std::string_view();
  std::vector<Token> Words = tokens(Text, Open, Close);
  auto Taken = [&](const Token &T) { return spelling(Text, T) == Name; };
  for (unsigned N = 2; llvm::any_of(Words, Taken); ++N)
    Name = "mutex" + std::to_string(N);
}

//===-- The declaration ---------------------------------------------------===//

/// Of the structure: around one of the fields that are used.
void MutexMember::findBraces() {
  auto Field = llvm::find_if(P.Facts.Entities, [&](const Entity &E) {
    return E.Kind == EntityKind::Field && E.Parent == Record &&
           E.Declaration.isValid() && !E.Loc.InMacro &&
           P.Facts.Files[E.Declaration.File].User;
  });
  if (Field == P.Facts.Entities.end())
    return;
  File = Field->Declaration.File;
  std::string_view Text = Context.text(File);
  std::vector<uint32_t> Around;
  for (const Token &T : tokens(Text, 0, static_cast<uint32_t>(Text.size()))) {
    std::string_view Word = spelling(Text, T);
    if (Word == "{") {
      Around.push_back(T.Offset);
    } else if (Word == "}" && !Around.empty()) {
      Open = Around.back();
      Around.pop_back();
      Close = T.Offset;
      if (Open < Field->Declaration.Offset && Field->Declaration.Offset < Close)
        return;
      Close = 0;
    }
  }
}

/// In front of the brace that closes the structure.
std::string MutexMember::declare(const std::string &What,
                                 std::vector<Edit> &Edits) const {
  if (!Close)
    return "the declaration of its structure is not plain";
  std::string_view Text = Context.text(File);
  std::vector<Token> Words = tokens(Text, Open + 1, Close);
  std::vector<std::string_view> Last;
  for (const Token &T : Words)
    Last.push_back(spelling(Text, T));
  size_t N = Last.size();
  if (N > 2 && Last[N - 2] == "]" && Last[N - 3] == "[")
    return "an array without a size ends its structure";
  if (std::string Why = mutexFor(Context, File, Open, Edits); !Why.empty())
    return Why;
  // A line like the first field's, unless all stands on one.
  size_t Line = Text.rfind('\n', Close) + 1;
  std::string Member = "PyMutex " + Name + ";";
  if (Text.find_first_not_of(" \t", Line) != Close || Words.empty()) {
    Edits.push_back({File, Close, 0, Member + " "});
    return {};
  }
  size_t First = Text.rfind('\n', Words.front().Offset) + 1;
  size_t Indent = Text.find_first_not_of(" \t", First) - First;
  std::string Break = Line > 1 && Text[Line - 2] == '\r' ? "\r\n" : "\n";
  Edits.push_back({File, static_cast<uint32_t>(Line), 0,
                   std::string(Text.substr(First, Indent)) + Member +
                       " // held where " + What + " used" + Break});
  return {};
}

//===-- Memory that is not zero -------------------------------------------===//

/// Does \p O point to an object of the structure, by the type of a variable?
bool MutexMember::isOurs(const Origin &O, FunctionId F) const {
  if (O.Kind != OperandKind::Load)
    return false;
  const Path &From = P.path(O.Index);
  return From.Root == RootKind::Local && From.Steps.empty() &&
         From.Index < P.body(F).Locals.size() &&
         P.body(F).Locals[From.Index].Record == Record;
}

/// Objects that are part of others, or copied as a whole, would share or copy
/// the state of the mutex.
std::string MutexMember::whyNotInside() const {
  const std::string &Own = P.entity(Record).Name;
  for (const Entity &E : P.Facts.Entities)
    if (E.Kind == EntityKind::Field && E.Class == TypeClass::Record &&
        (E.Type == Own || E.Type == "struct " + Own))
      return "its structure is part of another one";
  for (const EntryPoint &E : P.Facts.EntryPoints)
    if (E.Name == "tp_alloc")
      return "the extension has an allocator of its own";
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    for (EventId E = 0; E != P.body(F).Events.size(); ++E) {
      const Event &Ev = P.body(F).Events[E];
      const Values &V = P.Functions[F].Value;
      if (Ev.Kind == EventKind::Write && Ev.Where != None) {
        const Path &To = P.path(Ev.Where);
        if (To.Root == RootKind::Local && To.Steps.size() == 1 &&
            To.Steps[0].Kind == StepKind::Deref &&
            P.body(F).Locals[To.Index].Record == Record)
          return "'" + P.name(F) + "' copies it as a whole";
      }
      const ApiFunction *Api = P.api(Ev);
      if (Ev.Kind != EventKind::Call || !Api)
        continue;
      bool Places = llvm::StringRef(Api->Name).starts_with("PyObject_Init") ||
                    llvm::StringRef(Api->Name).starts_with("PyObject_INIT");
      bool Copies = Api->Memory && !Api->Memory->Reads.empty();
      for (unsigned Arg = 0; Arg != Ev.Args.size(); ++Arg)
        if ((Places || Copies) &&
            llvm::any_of(V.arg(E, Arg),
                         [&](const Origin &O) { return isOurs(O, F); }))
          return "'" + P.name(F) + "' " +
                 (Copies ? "copies it as a whole"
                         : "makes one in memory of its own");
    }
  return {};
}

/// The variable that what call \p E makes is put into, if it is one of ours.
const Local *MutexMember::madeBy(FunctionId F, EventId E) const {
  const Function &Body = P.body(F);
  for (EventId I = 0; I != Body.Events.size(); ++I) {
    const Event &Bind = Body.Events[I];
    bool Holds = Bind.Kind == EventKind::Bind && Bind.Where != None &&
                 llvm::is_contained(P.Functions[F].Value.value(I),
                                    Origin{OperandKind::Result, E, 0});
    if (!Holds)
      continue;
    const Local &L = Body.Locals[P.path(Bind.Where).Index];
    if (L.Record == Record)
      return &L;
  }
  return nullptr;
}

/// Puts \p Line where it is known that the call in statement \p S has made what
/// \p Name points to: behind the way out, or into the block for when it has.
static bool putBehindTest(Draft &D, const FunctionText &Code, StatementId S,
                          const std::string &Name, const std::string &Line) {
  if (S == None || Code[S].Parent == None ||
      Code[Code[S].Parent].Kind != StatementKind::Compound)
    return false;
  if (Code[S].Kind != StatementKind::If) {
    std::vector<StatementId> Behind = Code.siblingsAfter(S);
    if (Behind.empty() || Code[Behind.front()].Kind != StatementKind::If)
      return false;
    S = Behind.front();
  }
  auto [Begin, End] = Code.condition(S);
  std::vector<StatementId> Parts = Code.children(S);
  Nullness Then = nullTest(Code.Text, Begin, End, Name, false).Then;
  if (Then == Nullness::Null && Parts.size() == 1 && Code.endsWays(Parts[0])) {
    D.after(S, Line);
    return true;
  }
  if (Then != Nullness::NotNull || Parts.empty() ||
      Code[Parts[0]].Kind != StatementKind::Compound ||
      Code.children(Parts[0]).empty())
    return false;
  D.before(Code.children(Parts[0]).front(), Line);
  return true;
}

/// Sets the mutex behind each call that makes an object out of memory that is
/// not zero.
std::string MutexMember::initialise(FunctionId F,
                                    std::vector<Edit> &Edits) const {
  const Function &Body = P.body(F);
  FunctionText Code(P, F, Context.text(Body.Body.File));
  Draft D(Code);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Call = Body.Events[E];
    const ApiFunction *Api =
        Call.Kind == EventKind::Call ? P.api(Call) : nullptr;
    if (!Api || !Api->Alloc || !Api->Alloc->MakesObject || Api->Alloc->Zeroed ||
        Api->Alloc->Role != AllocRole::Alloc)
      continue;
    const Local *L = madeBy(F, E);
    CallText Text = callIn(Code.Text, Call.Range, P.calleeName(Call));
    bool Ours =
        L || (Text.isValid() && !Text.Args.empty() &&
              llvm::StringRef(Text.Args[0]).trim() == P.entity(Record).Name);
    bool Cxx = isCxx(Context, Code.file());
    if (Ours &&
        (!L || !Code.isValid() ||
         !putBehindTest(D, Code, Code.at(Call), L->Name,
                        L->Name + "->" + Name +
                            (Cxx ? " = PyMutex{};" : " = (PyMutex){0};"))))
      return "where '" + P.name(F) + "' makes one is not plain";
  }
  llvm::append_range(Edits, D.finish(Applicability::Suggested, "").Edits);
  return {};
}

std::string MutexMember::add(const std::string &What,
                             std::vector<Edit> &Edits) const {
  std::string Why = whyNotInside();
  if (Why.empty())
    Why = declare(What, Edits);
  for (FunctionId F = 0; F != P.Functions.size() && Why.empty(); ++F)
    Why = initialise(F, Edits);
  return Why;
}

} // namespace ungil::rules
