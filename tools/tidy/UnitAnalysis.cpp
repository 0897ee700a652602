//===- UnitAnalysis.cpp - one translation unit inside clang-tidy ----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "UnitAnalysis.h"
#include "Fix/Fix.h"
#include "Link/Link.h"
#include "Report/Finalize.h"
#include "Report/Suppress.h"
#include "Rules/Common.h"
#include "Rules/DeclaredBut.h"
#include "Rules/FromSettings.h"
#include "Rules/Rules.h"
#include "Rules/Translated.h"
#include "Support/SourceCache.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Path.h"
#include <map>

using namespace clang;
using namespace ungil;
using llvm::StringRef;

static constexpr StringRef UnusedSuppression = "unused-suppression";

/// As Extract spells paths: the two must agree.
static std::string normalisedPath(const SourceManager &Sources,
                                  FileEntryRef Entry) {
  llvm::SmallString<256> Path(Entry.getName());
  Sources.getFileManager().makeAbsolutePath(Path);
  llvm::sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
  return Path.str().str();
}

/// Where Python.h's include guard is; invalid when the unit did not read it.
static SourceLocation pythonHeader(Preprocessor &PP) {
  const MacroInfo *Guard = PP.getMacroInfo(PP.getIdentifierInfo("Py_PYTHON_H"));
  return Guard ? Guard->getDefinitionLoc() : SourceLocation();
}

/// The folder of Python.h with a final separator; empty when not read. Many
/// builds name it with -I, which does not make its headers system headers.
static std::string pythonFolder(Preprocessor &PP) {
  const SourceManager &Sources = PP.getSourceManager();
  SourceLocation Loc = pythonHeader(PP);
  if (Loc.isInvalid())
    return {};
  OptionalFileEntryRef Entry =
      Sources.getFileEntryRefForID(Sources.getFileID(Loc));
  if (!Entry)
    return {};
  std::string Path = normalisedPath(Sources, *Entry);
  return llvm::sys::path::parent_path(Path).str() +
         llvm::sys::path::get_separator().str();
}

/// Headers that come with installed Python packages (numpy, pybind11).
static bool isInstalledPackage(StringRef Path) {
  return Path.contains("/site-packages/") || Path.contains("/dist-packages/");
}

std::shared_ptr<UnitAnalysis> UnitAnalysis::of(Preprocessor &PP) {
  // The check objects own the analysis: it ends with the last check of its
  // unit, so a later preprocessor at the same address finds nothing here.
  static std::weak_ptr<UnitAnalysis> Latest;
  std::shared_ptr<UnitAnalysis> Current = Latest.lock();
  if (!Current || &Current->PP != &PP) {
    Current.reset(new UnitAnalysis(PP));
    Latest = Current;
  }
  return Current;
}

UnitAnalysis::UnitAnalysis(Preprocessor &PP) : PP(PP) {
  Options.IsUserFile = [this](std::string_view Path) {
    return UserFiles.contains(StringRef(Path.data(), Path.size()));
  };
  Record = attach(PP, Options);
}

/// User files are the main file and every header that is neither a system
/// header nor part of CPython or an installed package.
void UnitAnalysis::listFiles(const SourceManager &Sources) {
  std::string Python = pythonFolder(PP);
  FileID Main = Sources.getMainFileID();
  for (unsigned I = 0, N = Sources.local_sloc_entry_size(); I != N; ++I) {
    const SrcMgr::SLocEntry &Entry = Sources.getLocalSLocEntry(I);
    if (!Entry.isFile())
      continue;
    SourceLocation Start =
        SourceLocation::getFromRawEncoding(Entry.getOffset());
    FileID Id = Sources.getFileID(Start);
    OptionalFileEntryRef File = Sources.getFileEntryRefForID(Id);
    if (!File)
      continue;
    std::string Path = normalisedPath(Sources, *File);
    // The first inclusion: where a person reads the file.
    Files.try_emplace(Path, Id);
    bool Foreign = SrcMgr::isSystem(Entry.getFile().getFileCharacteristic()) ||
                   (!Python.empty() && StringRef(Path).starts_with(Python)) ||
                   isInstalledPackage(Path);
    if (Id == Main || !Foreign)
      UserFiles.insert(Path);
  }
}

/// To know which suppressions are unused, the rules they name must run even
/// when their checks are off.
std::vector<const RuleInfo *> UnitAnalysis::rulesToRun() const {
  bool WantsUnused = llvm::any_of(Enabled, [](const RuleInfo *Rule) {
    return StringRef(Rule->Id) == UnusedSuppression;
  });
  if (!WantsUnused)
    return Enabled;
  std::vector<const RuleInfo *> All;
  for (const RuleInfo &Rule : allRules())
    All.push_back(&Rule);
  return All;
}

static bool isClangTidys(const CommentFact &Comment) {
  switch (Comment.Kind) {
  case CommentKind::NoLint:
  case CommentKind::NoLintNextLine:
  case CommentKind::NoLintBegin:
  case CommentKind::NoLintEnd:
    return true;
  default:
    return false;
  }
}

/// What the compiler read, which an editor may not have saved yet.
SourceCache UnitAnalysis::texts(const SourceManager &Sources) const {
  SourceCache Texts;
  for (const auto &File : Files)
    if (UserFiles.contains(File.getKey()))
      Texts.put(File.getKey().str(),
                Sources.getBufferData(File.getValue()).str());
  return Texts;
}

void UnitAnalysis::applyComments(const Program &Linked,
                                 const std::vector<const RuleInfo *> &Ran,
                                 SourceCache &Texts) {
  SuppressionOptions How;
  How.Least = Confidence::Low;
  for (const RuleInfo &Rule : allRules())
    How.Known.emplace_back(Rule.Id);
  for (const RuleInfo *Rule : Ran)
    if (Rule->Run)
      How.Ran.emplace_back(Rule->Id);
  How.ReportUnused = llvm::any_of(Enabled, [](const RuleInfo *Rule) {
    return StringRef(Rule->Id) == UnusedSuppression;
  });
  finalize(Result, Texts);

  // All comments say what is unused and what is left of a module's promise;
  // only our own suppress here. clang-tidy counts its NOLINTs itself and must
  // see the findings under them.
  const std::vector<CommentFact> &Comments = Linked.Facts.Comments;
  Report Whole = Result;
  applySuppressions(Whole, Comments, How, Texts);
  size_t Before = Whole.Findings.size();
  addDeclaredBut(Linked, Whole.Findings);
  FindingList Late(Whole.Findings.begin() + Before, Whole.Findings.end());
  llvm::copy_if(Whole.Findings, std::back_inserter(Late),
                [](const Finding &F) { return F.Rule == UnusedSuppression; });
  std::vector<CommentFact> Own;
  llvm::copy_if(Comments, std::back_inserter(Own),
                [](const CommentFact &C) { return !isClangTidys(C); });
  How.ReportUnused = false;
  applySuppressions(Result, Own, How, Texts);
  llvm::move(Late, std::back_inserter(Result.Findings));
}

/// The API data with what the project adds, for which \p Extended is room.
const Api &UnitAnalysis::knownApi(Api &Extended) {
  std::vector<std::string> Files = Config.list(Option::Api);
  if (Files.empty())
    return Api::builtin();
  Extended = Api::builtin();
  for (const std::string &File : Files)
    if (llvm::Error Bad = Extended.extendFromFile(File))
      Problem = llvm::toString(std::move(Bad));
  return Extended;
}

const Report &UnitAnalysis::report(ASTContext &Context) {
  if (Done)
    return Result;
  Done = true;
  const SourceManager &Sources = Context.getSourceManager();
  listFiles(Sources);
  std::vector<TuFacts> Units(1);
  extract(Context, PP, *Record, Options, Units.front());
  GilDisabled = Units.front().GilDisabled;
  // Nothing says that threads of Python run this code.
  if (!Units.front().ReachesPython)
    return Result;
  Api Extended;
  Program Linked = link(std::move(Units), knownApi(Extended));
  Linked.Objects = objectContract(Config);
  for (const FileFact &File : Linked.Facts.Files)
    Result.Files.push_back(File.Path);

  std::vector<const RuleInfo *> Ran = rulesToRun();
  for (const RuleInfo *Rule : Ran)
    if (Rule->Run)
      llvm::move(Rule->Run(Linked), std::back_inserter(Result.Findings));
  rules::lowerInBrokenBodies(Linked, Result.Findings);
  rules::leaveToAuthors(Linked, Result.Findings);
  SourceCache Texts = texts(Sources);
  applyComments(Linked, Ran, Texts);
  planFixes({Linked, Texts, fixOptions(Config)}, Ran, Result.Findings);
  return Result;
}

SourceLocation UnitAnalysis::takeMissingDefine(const SourceManager &Sources) {
  static bool Said = false;
  SourceLocation Loc = pythonHeader(PP);
  if (Said || GilDisabled || Loc.isInvalid())
    return {};
  Said = true;
  while (!Sources.isInMainFile(Loc)) {
    SourceLocation Includer = Sources.getIncludeLoc(Sources.getFileID(Loc));
    // Forced in with -include: no line of the main file is to blame.
    if (Includer.isInvalid() || Sources.isWrittenInBuiltinFile(Includer))
      return Sources.getLocForStartOfFile(Sources.getMainFileID());
    Loc = Includer;
  }
  return Loc;
}

SourceLocation UnitAnalysis::location(const SourceManager &Sources, FileId File,
                                      uint32_t Offset) const {
  if (File >= Result.Files.size())
    return {};
  auto Known = Files.find(Result.Files[File]);
  if (Known == Files.end() || Offset > Sources.getFileIDSize(Known->getValue()))
    return {};
  return Sources.getComposedLoc(Known->getValue(), Offset);
}
