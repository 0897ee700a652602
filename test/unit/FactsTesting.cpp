//===- FactsTesting.cpp - facts of snippets for tests ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FactsTesting.h"
#include "Driver/BuiltinHeaders.h"
#include "Extract/Extract.h"
#include "Link/Flow.h"
#include "Link/Link.h"
#include "Support/ClangCompat.h"
#include "clang/Frontend/FrontendAction.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"
#include <algorithm>

namespace ungil::testing {

static constexpr std::string_view Project = "/snippet/";

TuFacts factsOf(const SourceFiles &Files, const std::string &Main) {
  auto InMemory = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
  for (const auto &[Name, Text] : Files)
    InMemory->addFile(std::string(Project) + Name, 0,
                      llvm::MemoryBuffer::getMemBufferCopy(Text));
  auto All = llvm::makeIntrusiveRefCnt<llvm::vfs::OverlayFileSystem>(
      fileSystemWithBuiltins(llvm::vfs::getRealFileSystem()));
  All->pushOverlay(InMemory);

  std::vector<std::string> Line = {"/snippet/bin/clang",
                                   "-fsyntax-only",
                                   "-w",
                                   "-resource-dir",
                                   ResourceDir.str(),
                                   "-DPy_GIL_DISABLED=1",
                                   "-isystem",
                                   std::string(UNGIL_TEST_INPUTS) + "/python"};
  if (!Main.ends_with(".c"))
    Line.push_back("-std=c++20");
  Line.push_back(std::string(Project) + Main);

  clang::IgnoringDiagConsumer Silent;
  std::shared_ptr<clang::CompilerInvocation> Invocation =
      compat::createInvocation(Line, All, Silent);
  TuFacts Facts;
  EXPECT_TRUE(Invocation != nullptr);
  if (!Invocation)
    return Facts;
  auto Clang = compat::createInstance(std::move(Invocation), All, Silent);
  Clang->getDiagnostics().setFatalsAsError(true);
  ExtractOptions Options;
  Options.IsUserFile = [](std::string_view File) {
    return File.starts_with(Project);
  };
  auto Action = makeExtractAction(std::move(Options), Facts);
  Clang->ExecuteAction(*Action);
  return Facts;
}

//===-- Facts as text -----------------------------------------------------===//

std::string text(const TuFacts &Facts, const Function &F, PathId Where) {
  if (Where == None)
    return "nothing";
  const Path &P = Facts.Paths[Where];
  std::string Text;
  switch (P.Root) {
  case RootKind::Local:
    Text = F.Locals[P.Index].Name;
    break;
  case RootKind::Place:
    Text = Facts.Entities[P.Index].Name;
    break;
  case RootKind::Result:
    Text = text(Facts, F, Operand{OperandKind::Result, P.Index});
    break;
  case RootKind::Unknown:
    return "?";
  }
  for (size_t I = 0; I != P.Steps.size(); ++I) {
    bool Field =
        I + 1 != P.Steps.size() && P.Steps[I + 1].Kind == StepKind::Field;
    if (P.Steps[I].Kind == StepKind::Index)
      Text += "[]";
    else if (P.Steps[I].Kind == StepKind::Field)
      Text += (I && P.Steps[I - 1].Kind == StepKind::Deref ? "" : ".") +
              Facts.Entities[P.Steps[I].Field].Name;
    else
      Text = Field ? Text + "->" : "*" + Text;
  }
  return Text;
}

static std::string calleeText(const TuFacts &Facts, const Function &F,
                              const Event &Call) {
  if (Call.Callee != None)
    return Facts.Entities[Call.Callee].Name;
  return "(" + text(Facts, F, Call.Where) + ")";
}

std::string text(const TuFacts &Facts, const Function &F, const Operand &O) {
  switch (O.Kind) {
  case OperandKind::Null:
    return "null";
  case OperandKind::Constant:
    return std::to_string(static_cast<int32_t>(O.Index));
  case OperandKind::String:
    return '"' + Facts.Strings[O.Index] + '"';
  case OperandKind::Function:
    return "function " + Facts.Entities[O.Index].Name;
  case OperandKind::Load:
    return text(Facts, F, O.Index);
  case OperandKind::Address:
    return "&" + text(Facts, F, O.Index);
  case OperandKind::Result:
    return calleeText(Facts, F, F.Events[O.Index]) + "()";
  case OperandKind::Choice: {
    std::string Text;
    for (const Operand &Part : Facts.Choices[O.Index])
      Text += (Text.empty() ? "" : "|") + text(Facts, F, Part);
    return Text;
  }
  case OperandKind::Computed: {
    std::string Text;
    for (const Operand &Part : Facts.Choices[O.Index])
      Text += (Text.empty() ? "of " : ", ") + text(Facts, F, Part);
    return Text;
  }
  default:
    return "?";
  }
}

std::string text(const TuFacts &Facts, const Function &F, const Event &E) {
  static constexpr const char *Tests[] = {
      "NonZero", "IsZero", "EqualConst", "NotEqualConst", "Less", "Other"};
  std::string Text;
  switch (E.Kind) {
  case EventKind::Call: {
    std::string Args;
    for (const Operand &A : E.Args)
      Args += (Args.empty() ? "" : ", ") + text(Facts, F, A);
    Text = "call " + calleeText(Facts, F, E) + "(" + Args + ")";
    break;
  }
  case EventKind::Read:
    Text = "read " + text(Facts, F, E.Where);
    break;
  case EventKind::Write:
    Text = "write " + text(Facts, F, E.Where) + " = " + text(Facts, F, E.Value);
    break;
  case EventKind::ReadWrite:
    Text = "update " + text(Facts, F, E.Where);
    break;
  case EventKind::Address:
    Text = "address " + text(Facts, F, E.Where);
    break;
  case EventKind::Bind:
    Text = "bind " + text(Facts, F, E.Where) + " = " + text(Facts, F, E.Value);
    break;
  case EventKind::Return:
    Text = "return " + text(Facts, F, E.Value);
    break;
  case EventKind::Branch:
    Text = "branch " + text(Facts, F, E.Value) + " " +
           Tests[static_cast<int>(E.Test)];
    break;
  case EventKind::Jump:
    Text = "jump";
    break;
  case EventKind::Throw:
    Text = "throw";
    break;
  }
  if (E.has(EV_Atomic))
    Text += " atomic";
  if (E.has(EV_Implicit))
    Text += " implicit";
  return Text;
}

//===-- Snippet -----------------------------------------------------------===//

Snippet::Snippet(const std::string &Code, const std::string &Name)
    : Facts(factsOf({{Name, Code}}, Name)), Code(Code) {}

const Function &Snippet::function(std::string_view Name) const {
  for (const Function &F : Facts.Functions)
    if (Facts.Entities[F.Id].Name == Name)
      return F;
  ADD_FAILURE() << "no function " << Name;
  static const Function Empty;
  return Empty;
}

const Entity &Snippet::entity(std::string_view Name) const {
  for (const Entity &E : Facts.Entities)
    if (E.Name == Name)
      return E;
  ADD_FAILURE() << "no entity " << Name;
  static const Entity Empty;
  return Empty;
}

std::vector<std::string> Snippet::events(std::string_view Name) const {
  const Function &F = function(Name);
  std::vector<std::string> Lines;
  for (uint32_t Block : reversePostOrder(F))
    for (uint32_t E : F.Blocks[Block].Events)
      Lines.push_back(text(Facts, F, F.Events[E]));
  return Lines;
}

std::vector<std::string> Snippet::entries() const {
  static constexpr const char *Kinds[] = {
      "moduleinit", "staticinit", "method",         "slot",        "getter",
      "setter",     "new",        "init",           "dealloc",     "finalize",
      "traverse",   "clear",      "moduletraverse", "moduleclear", "modulefree",
      "capsule",    "callback",   "thread",         "exported"};
  std::vector<std::string> Lines;
  for (const EntryPoint &E : Facts.EntryPoints)
    Lines.push_back(std::string(Kinds[static_cast<int>(E.Kind)]) + " " +
                    E.Name + ": " + Facts.Entities[E.Function].Name);
  return Lines;
}

std::vector<std::string> Snippet::at(std::string_view Name,
                                     std::string_view Mark) const {
  std::string Comment = "/*" + std::string(Mark) + "*/";
  size_t Found = Code.find(Comment);
  EXPECT_NE(Found, std::string::npos) << Comment;
  const Function &F = function(Name);
  std::vector<std::string> Lines;
  for (const Event &E : F.Events)
    if (E.Range.Offset == Found + Comment.size())
      Lines.push_back(text(Facts, F, E));
  return Lines;
}

//===-- Linked ------------------------------------------------------------===//

static Program programOf(const SourceFiles &Units, const SourceFiles &Headers) {
  SourceFiles All = Headers;
  All.insert(Units.begin(), Units.end());
  std::vector<TuFacts> Facts;
  for (const auto &[Name, Text] : Units)
    Facts.push_back(factsOf(All, Name));
  return link(std::move(Facts), Api::builtin());
}

Linked::Linked(const SourceFiles &Units, const SourceFiles &Headers)
    : P(programOf(Units, Headers)) {}

Linked::Linked(const std::string &Code, const std::string &Name)
    : P(programOf({{Name, Code}}, {})) {}

FunctionId Linked::function(std::string_view Name) const {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.name(F) == Name)
      return F;
  ADD_FAILURE() << "no function " << Name;
  return 0;
}

Site Linked::call(std::string_view Function, std::string_view Callee,
                  unsigned N) const {
  FunctionId F = function(Function);
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E)
    if (Events[E].Kind == EventKind::Call &&
        P.calleeName(Events[E]) == Callee && N-- == 0)
      return {F, E};
  ADD_FAILURE() << Function << " does not call " << Callee;
  return {F, 0};
}

std::vector<EntityId> Linked::places(std::string_view Name) const {
  std::vector<EntityId> Found;
  for (EntityId E = 0; E != P.Facts.Entities.size(); ++E)
    if (P.entity(E).Kind == EntityKind::Place && P.entity(E).Name == Name)
      Found.push_back(E);
  return Found;
}

std::vector<std::string> Linked::accesses(std::string_view Name) const {
  static constexpr const char *Kinds[] = {"read", "write", "update", "address"};
  std::vector<std::string> Lines;
  for (EntityId Place : places(Name)) {
    auto It = P.Places.find(Place);
    if (It == P.Places.end())
      continue;
    for (const Access &A : It->second)
      Lines.push_back(
          P.name(A.At.Function) + ": " + Kinds[static_cast<int>(A.Kind)] + " " +
          text(P.Facts, P.body(A.At.Function), A.Path) +
          (A.Atomic ? " atomic" : "") + (A.LazyTest != None ? " lazy" : ""));
  }
  return Lines;
}

std::vector<std::string> Linked::locks(Site S) const {
  std::vector<std::string> Names;
  for (const HeldLock &L : P.Functions[S.Function].Locks.at(S.Event)) {
    std::string Kind = L.Kind == LockKind::CriticalSection ? "section "
                       : L.Kind == LockKind::Unknown       ? "unknown "
                                                           : "";
    Names.push_back(Kind + P.text(L.What, S.Function));
  }
  std::sort(Names.begin(), Names.end());
  return Names;
}

std::vector<std::string> Linked::argument(Site S, unsigned Arg) const {
  std::vector<std::string> Texts;
  for (const Origin &O : P.Functions[S.Function].Value.arg(S.Event, Arg)) {
    std::string Out = O.Out ? " out " + std::to_string(O.Out - 1) : "";
    Texts.push_back(P.text(O, S.Function) + Out);
  }
  std::sort(Texts.begin(), Texts.end());
  return Texts;
}

std::string Linked::phases(std::string_view Name) const {
  static constexpr std::pair<uint8_t, const char *> Words[] = {
      {P_Init, "init"},
      {P_Construct, "construct"},
      {P_Concurrent, "concurrent"},
      {P_Dealloc, "dealloc"},
      {P_Traverse, "traverse"},
      {P_Native, "native"},
      {P_Unknown, "unknown"},
      {P_Uncalled, "uncalled"}};
  std::string Text;
  for (const auto &[Bit, Word] : Words)
    if (P.Functions[function(Name)].Phases & Bit)
      Text += (Text.empty() ? "" : "|") + std::string(Word);
  return Text;
}

} // namespace ungil::testing
