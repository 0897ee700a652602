//===- Fix.cpp - the re-entrant form, with storage of the call ------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `localtime(&t)` becomes `localtime_r(&t, &localtime_buffer)`, for functions
// whose re-entrant form takes one more argument: a pointer to what was hidden.
// What that is, the signature in the data says.
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "Fix/Lifetime.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {
namespace {

using namespace fix;

/// `char *strtok_r(char *s, const char *delim, char **saveptr)`: three
/// arguments, the last of them a pointer to Storage.
struct Reentrant {
  std::string Name;
  size_t Args = 0;
  std::string Storage; ///< `char *`; empty: not of this form
  bool ReturnsStorage = false;
};

Reentrant reentrantForm(const LibcFact &Libc) {
  Reentrant R;
  llvm::StringRef Signature(Libc.Signature), Name(Libc.Replacement);
  auto [Front, Rest] = Signature.split('(');
  llvm::StringRef Type = Front;
  if (Name.empty() ||
      !llvm::all_of(Name,
                    [](char C) { return llvm::isAlnum(C) || C == '_'; }) ||
      !Type.consume_back(Name) || !Rest.consume_back(")"))
    return R;
  llvm::SmallVector<llvm::StringRef, 4> Params;
  Rest.split(Params, ',');
  llvm::StringRef Last = Params.back().trim();
  Last = Last.rtrim("abcdefghijklmnopqrstuvwxyz_").rtrim();
  if (!Last.consume_back("*") || Last.starts_with("const "))
    return R;
  R.Name = Name.str();
  R.Args = Params.size();
  R.Storage = Last.rtrim().str();
  R.ReturnsStorage = Type.trim() == R.Storage + " *";
  return R;
}

class ReentrantFix {
public:
  ReentrantFix(const FixContext &Context, const Finding &Found)
      : Context(Context), P(Context.P), F(Found.About.Function),
        Api(P.api(P.event({F, Found.About.Event}))),
        Form(reentrantForm(*Api->Libc)),
        Code(P, F, Context.text(P.body(F).Body.File)), D(Code) {}

  FixPlan plan();

private:
  std::vector<Site> calls(FunctionId In) const;
  bool goesOn(Site S) const;
  void checkScans();
  void checkResult(Site S);
  void rewrite(Site S, const std::string &Buffer);
  void declare(const std::string &Buffer);

  const FixContext &Context;
  const Program &P;
  FunctionId F;
  const ApiFunction *Api;
  Reentrant Form;
  FunctionText Code;
  Draft D;
};

std::vector<Site> ReentrantFix::calls(FunctionId In) const {
  std::vector<Site> All;
  const std::vector<Event> &Events = P.body(In).Events;
  for (EventId E = 0; E != Events.size(); ++E)
    if (Events[E].Kind == EventKind::Call && P.api(Events[E]) == Api)
      All.push_back({In, E});
  return All;
}

/// Does this call go on with what an earlier one began (`strtok(NULL, ...)`)?
bool ReentrantFix::goesOn(Site S) const {
  return llvm::any_of(
      P.Functions[S.Function].Value.arg(S.Event, 0),
      [](const Origin &O) { return O.Kind == OperandKind::Null; });
}

/// What is kept from call to call is kept in this function: a scan must begin
/// and end in one.
void ReentrantFix::checkScans() {
  for (FunctionId Other = 0; Other != P.Functions.size(); ++Other) {
    std::vector<Site> All = calls(Other);
    if (!All.empty() && llvm::all_of(All, [&](Site S) { return goesOn(S); }))
      return D.refuse("'" + P.name(Other) +
                      "' goes on with what another "
                      "function began");
  }
}

/// The result points into storage that ends with this call of the function.
void ReentrantFix::checkResult(Site S) {
  Lifetime Life = lifetimeOf(P, S);
  auto Escapes = [&](EventId E) {
    const Event &Ev = P.event({F, E});
    return Ev.Kind == EventKind::Return || Ev.Kind == EventKind::Write;
  };
  for (EventId E : Life.Uses) {
    if (!Life.Keeps.count(E) && !Escapes(E))
      continue;
    for (const Origin &O : P.Functions[F].Value.value(E))
      if (O == Origin{OperandKind::Result, S.Event, 0})
        return D.refuse("the result is kept or returned");
  }
  for (EventId E : Life.Keeps)
    if (P.event({F, E}).Kind == EventKind::Call)
      return D.refuse("the result is kept or returned");
}

void ReentrantFix::rewrite(Site S, const std::string &Buffer) {
  const Event &Call = P.event(S);
  uint32_t Begin = Call.Range.Offset, Name = Begin;
  // The re-entrant form is none of the C++ library.
  for (llvm::StringRef Scope : {"std", "::"})
    if (llvm::StringRef(Code.Text).substr(Name).starts_with(Scope))
      Name += static_cast<uint32_t>(Scope.size());
  CallText Text = callAt(Code.Text, Name, P.calleeName(Call));
  if (!Text.isValid() || Call.Range.InMacro)
    return D.refuse("the call is part of a macro");
  if (Text.Args.empty() || Text.Args.size() + 1 != Form.Args)
    return D.refuse("the call has other arguments than expected");
  D.replace(Begin, Text.NameEnd, Form.Name);
  std::string_view Last = Text.Args.back();
  auto End =
      static_cast<uint32_t>(Last.data() + Last.size() - Code.Text.data());
  D.replace(End, End, ", &" + Buffer);
}

void ReentrantFix::declare(const std::string &Buffer) {
  std::vector<StatementId> Body = Code.children(0);
  if (Body.empty())
    return D.refuse("the function has no statements");
  bool Pointer = llvm::StringRef(Form.Storage).ends_with("*");
  bool Cxx = isCxx(Context, Code.file());
  std::string Value =
      Pointer ? (Cxx ? " = nullptr" : " = NULL") : (Cxx ? "{}" : " = {0}");
  D.before(Body[0], Form.Storage + (Pointer ? "" : " ") + Buffer + Value + ";");
}

FixPlan ReentrantFix::plan() {
  if (Form.Storage.empty())
    D.refuse("'" + std::string(Api->Name) +
             "' has no form that only takes its storage on top");
  else if (!Code.isValid())
    D.refuse("the function is written by a macro");
  if (D.isRefused())
    return D.finish(Applicability::Manual, "");
  std::vector<Site> All = calls(F);
  std::string Name =
      std::string(Api->Name) + (Form.ReturnsStorage ? "_buffer" : "_state");
  if (!Form.ReturnsStorage)
    checkScans();
  for (size_t I = 0; I != All.size() && !D.isRefused(); ++I) {
    // Results of several calls can be in use together; a scan is one.
    bool Own = Form.ReturnsStorage || I == 0;
    std::string Buffer = Code.freeName(
        Form.ReturnsStorage && I ? Name + std::to_string(I + 1) : Name);
    if (Form.ReturnsStorage)
      checkResult(All[I]);
    rewrite(All[I], Buffer);
    if (Own)
      declare(Buffer);
  }
  return D.finish(Applicability::Suggested,
                  "use " + Form.Name + "() with storage of this call (POSIX)");
}

} // namespace

FixPlan unsafeLibcFix(const FixContext &Context, const Finding &Found) {
  return ReentrantFix(Context, Found).plan();
}

} // namespace ungil::rules
