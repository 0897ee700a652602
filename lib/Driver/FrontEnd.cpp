//===- FrontEnd.cpp - one unit through Clang --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/FrontEnd.h"
#include "Driver/BuiltinHeaders.h"
#include "Driver/Files.h"
#include "Extract/Extract.h"
#include "Support/ClangCompat.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Basic/Stack.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/VirtualFileSystem.h"

using namespace llvm;
namespace path = llvm::sys::path;

namespace ungil {

bool isUserFile(const ScanPlan &Plan, StringRef File) {
  return isWithinAny(File, Plan.Folders) &&
         (Plan.Python.IncludeDir.empty() ||
          !isWithin(File, Plan.Python.IncludeDir));
}

namespace {

/// Collects errors with their places; warnings are not our business.
class ErrorCollector : public clang::DiagnosticConsumer {
  static constexpr size_t MaxErrors = 100;

  struct Found {
    std::string File; ///< empty: about the command line
    DiagnosticFact Fact;
  };
  std::vector<Found> Errors;
  const clang::LangOptions *LangOpts = nullptr;
  bool Started = false;

  static std::string pathOf(const clang::SourceManager &Sources,
                            clang::FileID File) {
    auto Entry = Sources.getFileEntryRefForID(File);
    if (!Entry)
      return "";
    SmallString<256> Path(Entry->getName());
    sys::fs::make_absolute(Path);
    path::remove_dots(Path, /*remove_dot_dot=*/true);
    return std::string(Path);
  }

  void locate(const clang::Diagnostic &Info, Found &Out) const {
    if (!Info.hasSourceManager() || !Info.getLocation().isValid())
      return;
    const clang::SourceManager &Sources = Info.getSourceManager();
    clang::SourceLocation Loc = Sources.getExpansionLoc(Info.getLocation());
    auto [File, Offset] = Sources.getDecomposedLoc(Loc);
    Out.File = pathOf(Sources, File);
    SourceRange &Range = Out.Fact.Loc;
    Range.Offset = Offset;
    Range.Line = Range.EndLine = Sources.getLineNumber(File, Offset);
    Range.Column = Sources.getColumnNumber(File, Offset);
    Range.Length =
        LangOpts ? clang::Lexer::MeasureTokenLength(Loc, Sources, *LangOpts)
                 : 0;
    Range.EndColumn = Range.Column + Range.Length;
    Range.InMacro = Info.getLocation().isMacroID();
  }

public:
  void BeginSourceFile(const clang::LangOptions &Opts,
                       const clang::Preprocessor *) override {
    LangOpts = &Opts;
    Started = true;
  }
  void EndSourceFile() override { LangOpts = nullptr; }

  void HandleDiagnostic(clang::DiagnosticsEngine::Level Level,
                        const clang::Diagnostic &Info) override {
    DiagnosticConsumer::HandleDiagnostic(Level, Info);
    if (Level < clang::DiagnosticsEngine::Error || Errors.size() >= MaxErrors)
      return;
    Found &Out = Errors.emplace_back();
    SmallString<128> Text;
    Info.FormatDiagnostic(Text);
    Out.Fact.Message = std::string(Text);
    locate(Info, Out);
  }

  bool started() const { return Started; }
  std::string first() const {
    return Errors.empty() ? "" : Errors.front().Fact.Message;
  }

  /// Hands the errors over; their files join the table of \p Facts.
  void moveTo(TuFacts &Facts, const ScanPlan &Plan) {
    for (Found &E : Errors) {
      if (!E.File.empty())
        E.Fact.Loc.File = fileId(E.File, Facts, Plan);
      Facts.Errors.push_back(std::move(E.Fact));
    }
  }

private:
  static FileId fileId(const std::string &Path, TuFacts &Facts,
                       const ScanPlan &Plan) {
    for (size_t I = 0; I != Facts.Files.size(); ++I)
      if (Facts.Files[I].Path == Path)
        return FileId(I);
    FileFact &New = Facts.Files.emplace_back();
    New.Path = Path;
    New.User = isUserFile(Plan, Path);
    return FileId(Facts.Files.size() - 1);
  }
};

} // namespace

/// Errors by default in newer Clangs that GCC never told anybody about; they
/// say nothing about threads.
static constexpr StringLiteral Tolerated[] = {
    "-w",
    "-Wno-implicit-function-declaration",
    "-Wno-implicit-int",
    "-Wno-int-conversion",
    "-Wno-incompatible-pointer-types",
    "-Wno-incompatible-function-pointer-types",
    "-Wno-return-mismatch",
    "-Wno-c++11-narrowing",
    "-Wno-register",
    "-Wno-dynamic-exception-spec",
    "-Wno-reserved-user-defined-literal",
    "-Wno-enum-constexpr-conversion",
    "-Wno-non-pod-varargs",
    "-Wno-invalid-token-paste",
    "-Wno-unknown-warning-option"};

static std::vector<std::string> commandLine(const TranslationUnit &Unit) {
  // The first word is a place no Clang is installed in: nothing beside it may
  // change what is found.
  std::vector<std::string> Line{"/ungil-builtin/bin/clang", "-fsyntax-only",
                                "-resource-dir", ResourceDir.str()};
  for (StringRef Flag : Tolerated)
    Line.push_back(Flag.str());
  llvm::append_range(Line, Unit.Args);
  Line.push_back("--");
  Line.push_back(Unit.File);
  return Line;
}

static void tune(clang::CompilerInvocation &Invocation) {
  // Guesses of what a misspelt name meant are slow and often wrong, and code
  // without its headers is full of unknown names.
  Invocation.getLangOpts().SpellChecking = false;
  Invocation.getFrontendOpts().DisableFree = true;
  auto &Diagnostics = Invocation.getDiagnosticOpts();
  Diagnostics.ShowCarets = false;
  Diagnostics.ErrorLimit = 0;
}

bool runFrontEnd(const ScanPlan &Plan, const TranslationUnit &Unit,
                 IntrusiveRefCntPtr<vfs::FileSystem> Files, TuFacts &Facts,
                 std::string &Message) {
  clang::noteBottomOfStack();
  if (!Unit.Directory.empty())
    (void)sys::fs::set_current_path(Unit.Directory);

  ErrorCollector Errors;
  std::vector<std::string> Line = commandLine(Unit);
  std::shared_ptr<clang::CompilerInvocation> Invocation =
      compat::createInvocation(Line, Files, Errors);
  if (!Invocation) {
    Message =
        "the front end does not accept its arguments (" + Errors.first() + ")";
    return false;
  }
  tune(*Invocation);
  // Leaked on purpose, like everything Clang allocates: the process ends.
  clang::CompilerInstance &Clang =
      *compat::createInstance(std::move(Invocation), Files, Errors).release();
  Clang.getDiagnostics().setFatalsAsError(true);
  Clang.getDiagnostics().setErrorLimit(0);

  ExtractOptions Options;
  Options.IsUserFile = [&Plan](std::string_view File) {
    return isUserFile(Plan, StringRef(File.data(), File.size()));
  };
  std::unique_ptr<clang::FrontendAction> Action =
      makeExtractAction(std::move(Options), Facts);
  Clang.ExecuteAction(*Action);
  if (!Errors.started()) {
    Message = "the front end could not read it (" + Errors.first() + ")";
    return false;
  }
  Errors.moveTo(Facts, Plan);
  return true;
}

} // namespace ungil
