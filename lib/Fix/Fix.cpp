//===- Fix.cpp - plans for findings ---------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "Fix/OldPython.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil {
namespace {

/// Why no planner may touch the code of \p F; empty if one may.
std::string whyNot(const FixContext &Context, const Finding &F) {
  const Program &P = Context.P;
  if (P.entityOf(F.About.Function).Flags & (EF_Generated | EF_Translated))
    return "the code is generated";
  // What is declared somewhere can be mended there, whoever uses it.
  bool Declared = F.About.Entity != None &&
                  P.entity(F.About.Entity).Kind == EntityKind::Place;
  if (F.Range.InMacro && F.About.Event != None && !Declared &&
      P.event({F.About.Function, F.About.Event}).has(EV_InMacroBody))
    return "the code is in the body of a macro";
  // What does not compile itself is mended by its text.
  if (P.entityOf(F.About.Function).has(EF_HasError) && F.About.Event != None)
    return "the function could not be read completely";
  return {};
}

} // namespace

void planFixes(const FixContext &Context,
               llvm::ArrayRef<const RuleInfo *> Rules, FindingList &Findings) {
  for (Finding &F : Findings)
    for (const RuleInfo *Rule : Rules) {
      if (Rule->Id != F.Rule || !Rule->Plan || F.About.Function == None)
        continue;
      if (std::string Reason = whyNot(Context, F); !Reason.empty())
        F.Fix.Title = "no edit: " + Reason;
      else
        F.Fix = Rule->Plan(Context, F);
    }
}

namespace fix {

uint32_t afterIncludes(std::string_view Text, uint32_t Before) {
  uint32_t At = 0, Depth = 0, Seen = 0;
  std::string Guard; ///< what the file is there once for
  for (const Token &T : tokens(Text, 0, Before)) {
    if (T.Kind != TokenKind::Directive)
      continue;
    llvm::StringRef Line =
        llvm::StringRef(spelling(Text, T)).drop_front().ltrim();
    if (Line.starts_with("pragma"))
      continue;
    auto [Word, Rest] = Line.split(' ');
    if (++Seen == 1 && Word == "ifndef")
      Guard = Rest.trim().str();
    if (Seen == 2 && Word == "define" && Rest.trim() == Guard)
      Depth = 0;
    else if (Line.starts_with("if"))
      ++Depth;
    else if (Line.starts_with("endif") && Depth)
      --Depth;
    else if (Line.starts_with("include") && !Depth)
      At = T.end();
  }
  return At;
}

/// Major and minor of the headers that were read; 0: unknown.
static bool includes(std::string_view Text, llvm::StringRef Header) {
  auto Directives = tokens(Text, 0, static_cast<uint32_t>(Text.size()));
  return llvm::any_of(Directives, [&](const Token &T) {
    llvm::StringRef Line(spelling(Text, T));
    return T.Kind == TokenKind::Directive && Line.consume_front("#") &&
           Line.ltrim().starts_with("include") && Line.contains(Header);
  });
}

void useApi(Draft &D, const FixContext &Context, const FunctionText &Code,
            std::string_view Name, PyVersion Since, bool InCompat) {
  PyVersion Target = targetOf(Context);
  if (!Target || Since <= Target ||
      (InCompat && includes(Code.Text, "pythoncapi_compat.h")))
    return;
  uint32_t Before = Code.P.body(Code.F).Body.Offset;
  if (!InCompat || !Context.Options.Compat) {
    std::vector<Edit> Edits;
    std::string Why = standInFor(Name, Context, Code.file(), Before, Edits);
    for (Edit &E : Edits)
      D.onceIn(E.File, E.Offset, std::move(E.Text));
    if (!Why.empty())
      D.refuse("'" + std::string(Name) + "' is new in Python " +
               std::to_string(Since >> 8) + "." + std::to_string(Since & 0xff) +
               (InCompat ? "; --compat allows pythoncapi_compat.h" : ""));
    return;
  }
  uint32_t At = afterIncludes(Code.Text, Before);
  if (!At)
    return D.refuse("there is no place for #include \"pythoncapi_compat.h\"");
  D.once(At, std::string(Code.lineEnd()) + "#include \"pythoncapi_compat.h\"");
}

bool isObjectPointer(std::string_view Type) {
  return Type == "struct _object *" || Type == "PyObject *" ||
         Type == "_object *";
}

bool isCxx(const FixContext &Context, FileId File) {
  const Program &P = Context.P;
  llvm::StringRef Path = P.Facts.Files[File].Path;
  if (!Path.ends_with(".h"))
    return !Path.ends_with(".c");
  // A header is of the language that read it: names of C++ carry types.
  return llvm::any_of(P.Facts.Functions, [&](const Function &F) {
    return F.Body.File == File &&
           P.entity(F.Id).Usr.find('#') != std::string::npos;
  });
}

bool mayThrow(const FixContext &Context, FunctionId F, uint32_t Begin,
              uint32_t End) {
  const Program &P = Context.P;
  const Function &Body = P.body(F);
  if (!isCxx(Context, Body.Body.File))
    return false;
  return llvm::any_of(Body.Events, [&](const Event &E) {
    if (E.Range.Offset < Begin || E.Range.Offset >= End)
      return false;
    std::string Name = E.Kind == EventKind::Call ? P.calleeName(E) : "";
    llvm::StringRef Callee(Name);
    return E.Kind == EventKind::Throw ||
           (E.Kind == EventKind::Call && !P.api(E) &&
            !Callee.starts_with("Py") && !Callee.starts_with("_Py"));
  });
}

} // namespace fix
} // namespace ungil
