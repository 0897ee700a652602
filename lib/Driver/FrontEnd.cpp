//===- FrontEnd.cpp - one unit through Clang --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/FrontEnd.h"
#include "Driver/BuiltinHeaders.h"
#include "Driver/Confine.h"
#include "Driver/Files.h"
#include "Driver/MissingNames.h"
#include "Driver/ReadOpening.h"
#include "Driver/Trunk.h"
#include "Extract/Extract.h"
#include "Support/ClangCompat.h"
#include "Support/LockNames.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Basic/DiagnosticSema.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Basic/Stack.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/VirtualFileSystem.h"
#include <functional>
#include <set>

using namespace llvm;
namespace path = llvm::sys::path;

namespace ungil {

bool isUserFile(const ScanPlan &Plan, StringRef File) {
  return isWithinAny(File, Plan.Folders) &&
         (Plan.Python.IncludeDir.empty() ||
          !isWithin(File, Plan.Python.IncludeDir));
}

namespace {

/// Collects errors with their places; warnings only for a check.
class ErrorCollector : public clang::DiagnosticConsumer {
  static constexpr size_t MaxErrors = 100;    ///< that facts keep
  static constexpr size_t MaxNoticed = 10000; ///< that mark functions

  struct Found {
    std::string File; ///< empty: about the command line
    DiagnosticFact Fact;
    uint32_t Drops = 0; ///< EF_HasError, EF_Partial: what is left out of a body
  };
  std::vector<Found> Errors;
  MissingNames &Missing;
  const clang::DiagnosticsEngine::Level Least;
  const clang::LangOptions *LangOpts = nullptr;
  bool Started = false;
  bool Astray = false;

  static std::string pathOf(const clang::SourceManager &Sources,
                            clang::FileID File) {
    auto Entry = Sources.getFileEntryRefForID(File);
    if (!Entry)
      return "";
    SmallString<256> Path(Entry->getName());
    (void)sys::fs::make_absolute(Path);
    path::remove_dots(Path, /*remove_dot_dot=*/true);
    return std::string(Path);
  }

  void locate(const clang::Diagnostic &Info, Found &Out) {
    if (!Info.hasSourceManager() || !Info.getLocation().isValid())
      return;
    const clang::SourceManager &Sources = Info.getSourceManager();
    clang::SourceLocation Loc = Sources.getExpansionLoc(Info.getLocation());
    auto [File, Offset] = Sources.getDecomposedLoc(Loc);
    Out.File = pathOf(Sources, File);
    Astray |= !Sources.getFileEntryRefForID(File);
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
  ErrorCollector(MissingNames &Missing, bool Check)
      : Missing(Missing), Least(Check ? clang::DiagnosticsEngine::Warning
                                      : clang::DiagnosticsEngine::Error) {}

  /// Called when the parse is over and its memory still there.
  std::function<void()> AtEnd;

  void BeginSourceFile(const clang::LangOptions &Opts,
                       const clang::Preprocessor *) override {
    LangOpts = &Opts;
    Started = true;
  }
  void EndSourceFile() override {
    LangOpts = nullptr;
    if (AtEnd)
      AtEnd();
  }

  void HandleDiagnostic(clang::DiagnosticsEngine::Level Level,
                        const clang::Diagnostic &Info) override {
    DiagnosticConsumer::HandleDiagnostic(Level, Info);
    if (Level < clang::DiagnosticsEngine::Warning)
      return;
    SmallString<128> Text;
    Info.FormatDiagnostic(Text);
    Missing.learn(Info, Text);
    if (Level < Least || Errors.size() >= MaxNoticed)
      return;
    Found &Out = Errors.emplace_back();
    bool Warns = Level == clang::DiagnosticsEngine::Warning;
    Out.Fact.Message = (Warns ? "warning: " : "") + std::string(Text);
    Out.Drops = dropsCode(Info);
    locate(Info, Out);
  }

  bool started() const { return Started; }
  /// Is there an error in no file? So it is at the end of a unit that began
  /// with an opening.
  bool astray() const { return Astray; }
  std::string first() const {
    return Errors.empty() ? "" : Errors.front().Fact.Message;
  }

  /// Hands the errors over; their files join the table of \p Facts. Returns
  /// how many functions hold none.
  unsigned moveTo(TuFacts &Facts, const ScanPlan &Plan) {
    std::set<EntityId> Broken;
    for (Found &E : Errors) {
      if (!E.File.empty())
        E.Fact.Loc.File = fileId(E.File, Facts, Plan);
      for (const Function &F : Facts.Functions) {
        if (F.Id == None || F.Body.File != E.Fact.Loc.File ||
            E.Fact.Loc.Offset < F.Body.Offset ||
            E.Fact.Loc.Offset >= F.Body.Offset + F.Body.Length)
          continue;
        Broken.insert(F.Id);
        Facts.Entities[F.Id].Flags |= E.Drops;
      }
      if (Facts.Errors.size() < MaxErrors)
        Facts.Errors.push_back(std::move(E.Fact));
    }
    return llvm::count_if(Facts.Functions, [&](const Function &F) {
      return F.Id != None &&
             !(Facts.Entities[F.Id].Flags & (EF_HasError | EF_Partial)) &&
             !Broken.count(F.Id);
    });
  }

private:
  /// The statement that \p Info speaks of, more or less.
  static StringRef statement(const clang::Diagnostic &Info) {
    if (!Info.hasSourceManager() || !Info.getLocation().isValid())
      return "";
    const clang::SourceManager &Sources = Info.getSourceManager();
    auto [File, Offset] =
        Sources.getDecomposedLoc(Sources.getExpansionLoc(Info.getLocation()));
    StringRef Text = Sources.getBufferData(File);
    size_t Begin = Text.take_front(Offset).find_last_of(";{}");
    Begin = Begin == StringRef::npos ? 0 : Begin + 1;
    return Text.slice(Begin, Text.find_first_of(";{}", Offset));
  }

  /// What the body around \p Info misses: a statement, or more than that.
  /// There may be no error node left to show for it.
  static uint32_t dropsCode(const clang::Diagnostic &Info) {
    static constexpr unsigned Dropping[] = {
        clang::diag::err_undeclared_var_use, clang::diag::err_unknown_typename,
        clang::diag::err_no_template, clang::diag::err_no_member,
        clang::diag::err_expected_class_or_namespace};
    if (llvm::is_contained(Dropping, Info.getID()))
      return speaksOfLock(statement(Info)) ? EF_HasError : EF_Partial;
    bool Parse =
        clang::DiagnosticIDs::getCategoryNameFromID(
            clang::DiagnosticIDs::getCategoryNumberForDiag(Info.getID())) ==
        "Parse Issue";
    return Parse ? EF_HasError : 0;
  }

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

/// Only one warning is of use: a function that is not declared. What newer
/// Clangs call errors and GCC never told anybody about says nothing about
/// threads.
static constexpr StringLiteral Tolerated[] = {
    "-Wno-everything",
    "-Wno-int-conversion",
    "-Wno-implicit-int",
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
    "-Wno-unknown-warning-option",
    "-Wundef",
    "-Wimplicit-function-declaration",
    "-Wno-error=implicit-function-declaration"};

/// Where the stand-ins of a unit are; of the virtual file system only.
static constexpr StringLiteral StandInFile = "/ungil-builtin/stand-ins.h";

static std::vector<std::string> commandLine(const TranslationUnit &Unit,
                                            bool WithStandIns, bool Check) {
  // The first word is a place no Clang is installed in: nothing beside it may
  // change what is found.
  std::vector<std::string> Line{"/ungil-builtin/bin/clang", "-fsyntax-only",
                                "-resource-dir", ResourceDir.str()};
  // The first silences all warnings.
  for (StringRef Flag : llvm::drop_begin(Tolerated, Check ? 1 : 0))
    Line.push_back(Flag.str());
  if (WithStandIns) {
    Line.push_back("-include");
    Line.push_back(StandInFile.str());
  }
  llvm::append_range(Line, Unit.Args);
  Line.push_back("-idirafter");
  Line.push_back(ToolHeaderDir.str());
  Line.push_back("--");
  Line.push_back(Unit.File);
  return Line;
}

/// Parses with stand-ins: one that declares the names, then some that correct
/// what the names are taken for.
static constexpr unsigned MaxSecondParses = 5;

static bool isCxx(const TranslationUnit &Unit) {
  for (size_t I = Unit.Args.size(); I > 1; --I)
    if (Unit.Args[I - 2] == "-x")
      return StringRef(Unit.Args[I - 1]).starts_with("c++");
  return kindOf(Unit.File) == FileKind::Cxx;
}

static void startFrom(clang::CompilerInvocation &Invocation,
                      StringRef Preamble) {
  auto &Opts = Invocation.getPreprocessorOpts();
  Opts.ImplicitPCHInclude = Preamble.str();
  // It was made a moment ago, from the same files with the same flags.
  Opts.DisablePCHOrModuleValidation =
      clang::DisableValidationForModuleKind::All;
}

static void tune(clang::CompilerInvocation &Invocation) {
  confine(Invocation);
  // Guesses of what a misspelt name meant are slow and often wrong, and code
  // without its headers is full of unknown names.
  Invocation.getLangOpts().SpellChecking = false;
  Invocation.getFrontendOpts().DisableFree = true;
  auto &Diagnostics = Invocation.getDiagnosticOpts();
  Diagnostics.ShowCarets = false;
  Diagnostics.ErrorLimit = 0;
}

namespace {
using FilesPtr = IntrusiveRefCntPtr<vfs::FileSystem>;

/// What one parse gave.
struct Attempt {
  TuFacts Facts;
  unsigned Usable = 0; ///< functions without errors
  unsigned Errors = 0;
  unsigned MissingHeaders = 0; ///< of the errors
  bool Astray = false;         ///< errors are not where they should be
  bool Learned = false;        ///< another parse would see something else
  std::string Message;         ///< why there is none
};

/// Better facts are those of more functions; errors decide between equals.
bool isBetter(const Attempt &A, const Attempt &B) {
  if (A.Usable != B.Usable)
    return A.Usable > B.Usable;
  return A.Errors < B.Errors;
}

FilesPtr withStandIns(FilesPtr Files, StringRef Text) {
  auto Memory = makeIntrusiveRefCnt<vfs::InMemoryFileSystem>();
  Memory->addFile(StandInFile, /*ModificationTime=*/0,
                  MemoryBuffer::getMemBufferCopy(Text, StandInFile));
  Memory->addFile(StandIns::InitialiserFile, /*ModificationTime=*/0,
                  MemoryBuffer::getMemBuffer(StandIns::InitialiserText));
  auto Both = makeIntrusiveRefCnt<vfs::OverlayFileSystem>(std::move(Files));
  Both->pushOverlay(std::move(Memory));
  return Both;
}

/// How a unit may begin, if not from nothing.
struct Beginning {
  StringRef Precompiled; ///< a file, or empty
  Trunk *Shared;         ///< or null; which unit it is turns out in the middle
};

/// One parse of \p Unit, with \p Names declared in front of it. What it lacks
/// is added to them.
Attempt parseOnce(const ScanPlan &Plan, const TranslationUnit &Unit,
                  FilesPtr Files, Beginning From, StandIns &Names) {
  Attempt Out;
  MissingNames Missing(Names);
  ErrorCollector Errors(Missing, Plan.Check);
  bool WithStandIns = !Names.empty();
  Names.settle();
  if (WithStandIns)
    Files = withStandIns(std::move(Files), Names.text(isCxx(Unit)));
  std::vector<std::string> Line = commandLine(Unit, WithStandIns, Plan.Check);
  std::shared_ptr<clang::CompilerInvocation> Invocation =
      compat::createInvocation(Line, Files, Errors);
  if (!Invocation) {
    Out.Message =
        "the front end does not accept its arguments (" + Errors.first() + ")";
    return Out;
  }
  tune(*Invocation);
  // Stand-ins are declared before anything else is read.
  if (!From.Precompiled.empty() && !WithStandIns)
    startFrom(*Invocation, From.Precompiled);
  std::unique_ptr<MemoryBuffer> Opening;
  if (From.Shared) {
    Opening = openingText(*From.Shared);
    auto &Inputs = Invocation->getFrontendOpts().Inputs;
    Inputs = {clang::FrontendInputFile(Opening->getMemBufferRef(),
                                       Inputs.front().getKind())};
  }
  std::unique_ptr<clang::CompilerInstance> Owner =
      compat::createInstance(std::move(Invocation), Files, Errors);
  clang::CompilerInstance &Clang = *Owner;
  Clang.getDiagnostics().setFatalsAsError(true);
  Clang.getDiagnostics().setErrorLimit(0);
  // Clang's memory is left to the end of the process, except before another
  // parse, which would need the same again.
  bool Last = true;
  Errors.AtEnd = [&] {
    Last = !Missing.missingHeaders() || !Missing.changed();
    Clang.getFrontendOpts().DisableFree = Last;
  };

  ExtractOptions Options;
  Options.IsUserFile = [&Plan](std::string_view File) {
    return isUserFile(Plan, StringRef(File.data(), File.size()));
  };
  std::unique_ptr<clang::FrontendAction> Action =
      makeExtractAction(std::move(Options), Out.Facts);
  if (From.Shared)
    Action = readOpening(std::move(Action), *From.Shared, Plan,
                         [&] { return !Errors.getNumErrors(); });
  Clang.ExecuteAction(*Action);
  if (Last)
    (void)Owner.release();
  if (!Errors.started()) {
    Out.Message = "the front end could not read it (" + Errors.first() + ")";
    return Out;
  }
  Out.Errors = Errors.getNumErrors();
  Out.MissingHeaders = Missing.missingHeaders();
  Out.Learned = Missing.changed();
  Out.Astray = From.Shared && Errors.astray();
  Out.Usable = Errors.moveTo(Out.Facts, Plan);
  return Out;
}

} // namespace

namespace {
/// Bodies of inline functions in headers are skipped here as everywhere.
class OpeningAction : public clang::GeneratePCHAction {
  bool BeginInvocation(clang::CompilerInstance &Clang) override {
    Clang.getFrontendOpts().SkipFunctionBodies = true;
    return true;
  }
};
} // namespace

bool precompileOpening(const ScanPlan &Plan, const TranslationUnit &Unit,
                       const IntrusiveRefCntPtr<vfs::FileSystem> &Files,
                       const std::string &Opening, const std::string &Output) {
  clang::noteBottomOfStack();
  if (!Unit.Directory.empty())
    (void)sys::fs::set_current_path(Unit.Directory);
  StandIns NoNames;
  MissingNames Missing(NoNames);
  ErrorCollector Errors(Missing, /*Check=*/false);
  std::shared_ptr<clang::CompilerInvocation> Invocation =
      compat::createInvocation(
          commandLine(Unit, /*WithStandIns=*/false, Plan.Check), Files, Errors);
  if (!Invocation)
    return false;
  tune(*Invocation);
  clang::FrontendOptions &Opts = Invocation->getFrontendOpts();
  auto Language = isCxx(Unit) ? clang::Language::CXX : clang::Language::C;
  Opts.Inputs = {clang::FrontendInputFile(
      Opening, clang::InputKind(Language).getHeader())};
  Opts.OutputFile = Output;
  Opts.ProgramAction = clang::frontend::GeneratePCH;
  std::unique_ptr<clang::CompilerInstance> Clang =
      compat::createInstance(std::move(Invocation), Files, Errors);
  OpeningAction Action;
  bool Ok = Clang->ExecuteAction(Action) && !Errors.getNumErrors();
  (void)Clang.release();
  return Ok;
}

bool runFrontEnd(const ScanPlan &Plan, const TranslationUnit &First,
                 const IntrusiveRefCntPtr<vfs::FileSystem> &Files,
                 StringRef Preamble, Trunk *Shared, TuFacts &Facts,
                 std::vector<std::string> &StandInTypes, std::string &Message) {
  clang::noteBottomOfStack();
  if (!First.Directory.empty())
    (void)sys::fs::set_current_path(First.Directory);

  StandIns Names;
  Attempt Best = parseOnce(Plan, First, Files, {Preamble, Shared}, Names);
  // The opening could not even be begun.
  if (Shared && Shared->errand().Pipe < 0)
    return false;
  // From here on this is the process of some unit.
  const TranslationUnit &Unit =
      Shared ? Plan.Units[Shared->errand().Unit] : First;
  Beginning From{Preamble, nullptr};
  if (Best.Astray) {
    Names = StandIns();
    Best = parseOnce(Plan, Unit, Files, From, Names);
  }
  Message = Best.Message;
  bool Again = Message.empty() && Best.MissingHeaders && !Names.empty();
  unsigned Stuck = 0;
  for (unsigned N = 0; Again && N != MaxSecondParses; ++N) {
    std::vector<std::string> Types = Names.typeNames();
    Attempt Next = parseOnce(Plan, Unit, Files, From, Names);
    if (!Next.Message.empty())
      break;
    // Later parses pay only while some declaration is still unread.
    bool Unread = Next.Usable < Next.Facts.Functions.size() ||
                  Next.Errors > Next.MissingHeaders;
    bool Progress = isBetter(Next, Best);
    Stuck = Progress ? 0 : Stuck + 1;
    Again = Next.Learned && Unread && Stuck < 3;
    if (Progress) {
      Best = std::move(Next);
      StandInTypes = std::move(Types);
    }
  }
  Facts = std::move(Best.Facts);
  return Message.empty();
}

} // namespace ungil
