//===- Plan.cpp - paths to a plan -------------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/BuildMacros.h"
#include "Driver/Confine.h"
#include "Driver/Database.h"
#include "Driver/Driver.h"
#include "Driver/Files.h"
#include "Driver/Flags.h"
#include "Driver/IncludeGraph.h"
#include "Driver/PythonHeaders.h"
#include "Driver/Selection.h"
#include "Support/PathPattern.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Threading.h"
#include <memory>
#include <set>

using namespace llvm;
namespace path = llvm::sys::path;

namespace ungil {
namespace {

/// Bounds of the folder walks, in directory entries. A tree the user named is
/// read as far as anybody would want; what lies around it is only searched
/// for headers.
constexpr unsigned MaxNamedEntries = 1000000;
constexpr unsigned MaxAroundEntries = 100000;
/// Databases tried before the search gives up.
constexpr size_t MaxDatabases = 12;

Error usage(const std::string &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

class Planner {
  const ScanRequest &Request;
  ScanPlan Plan;
  std::vector<std::string> Folders;   ///< named, canonical
  std::vector<std::string> Files;     ///< named, canonical
  std::vector<std::string> ExtraArgs; ///< those that only say how to read
  std::string Top; ///< project around them: headers, databases
  Listing Listed;  ///< below Folders
  std::unique_ptr<IncludeGraph> Graph;
  Database Base;
  std::set<FileIndex> Named, Sources, Headers, Built;
  std::map<FileIndex, const BuildCommand *> Commands;
  std::map<FileIndex, std::string> Stale; ///< left out before the selection
  Selection Chosen;
  unsigned CxxStandard = 0;

  Error readPaths();
  Error findRoot();
  Error findHeaders();
  void listFiles();
  Error findDatabase();
  void pickDatabase();
  bool isNamed(StringRef File) const;
  bool isExcluded(StringRef File) const;
  bool isLeftForTests(StringRef File) const;
  std::string reasonAgainst(StringRef File) const;
  void collect();
  void collectBuilt();
  const BuildCommand *nearestCommand(FileIndex File, bool Cxx) const;
  TranslationUnit makeUnit(FileIndex File, const std::string &Why,
                           bool &LimitedApi);
  void takeExtraArgs();
  void assumeMacros();
  void makeUnits();
  Error limitToOnly();
  void findUserFolders();
  void remark(Severity Sev, const std::string &Message,
              const std::string &File = "") {
    Plan.Remarks.push_back({Sev, File, Message});
  }
  void remarkOnHeaders();
  void remarkOnSelection();

public:
  explicit Planner(const ScanRequest &Request) : Request(Request) {}
  Expected<ScanPlan> run();
};

//===-- What the user named
//------------------------------------------------===//

Error Planner::readPaths() {
  if (Request.Paths.empty())
    return usage("no path given; name the folder that holds the extension's "
                 "sources");
  for (const std::string &Path : Request.Paths) {
    if (isFolder(Path)) {
      Folders.push_back(canonicalFolder(Path));
    } else if (!sys::fs::exists(Path)) {
      return usage("'" + Path +
                   "' does not exist; name a folder or a C or "
                   "C++ file");
    } else if (kindOf(Path) == FileKind::Other || !isRegularFile(Path)) {
      bool Cython = StringRef(Path).ends_with(".pyx");
      return usage("'" + Path + "' is not a C or C++ file" +
                   (Cython ? "; run Cython and name the file it writes"
                           : "; name a folder or a C or C++ file"));
    } else {
      Files.push_back(canonical(Path));
    }
  }
  for (auto *V : {&Folders, &Files}) {
    llvm::sort(*V);
    V->erase(std::unique(V->begin(), V->end()), V->end());
  }
  return Error::success();
}

Error Planner::findRoot() {
  std::string Common = folderAround(Request.Paths);
  Top = projectTop(Common);
  if (!Request.Root.empty()) {
    if (!isFolder(Request.Root))
      return usage("--root '" + Request.Root + "' is not a folder");
    Plan.Root = canonicalFolder(Request.Root);
    return Error::success();
  }
  std::string Git = gitTop(Common);
  Plan.Root = Git.empty() ? Common : Git;
  return Error::success();
}

Error Planner::findHeaders() {
  std::vector<std::string> Around = Folders;
  Around.push_back(Plan.Root);
  Around.push_back(Top);
  auto Python = findPython(Request.Python, Around);
  if (!Python)
    return Python.takeError();
  Plan.Python = std::move(*Python);
  remarkOnHeaders();
  return Error::success();
}

void Planner::remarkOnHeaders() {
  const PythonHeaders &H = Plan.Python;
  if (H.IncludeDir.empty()) {
    remark(Severity::Warning,
           "no CPython headers were found, so most of the code cannot be "
           "understood; install those of CPython 3.13 or newer, or give "
           "--python INTERPRETER|INCLUDE-DIR");
    return;
  }
  auto Version = versionOf(H.Version);
  if (Version[0] && Version < std::array<unsigned, 3>{3, 13, 0})
    remark(Severity::Warning,
           "the newest CPython headers found are " + H.Version +
               ", which have no PyMutex and no critical sections: code that "
               "uses them is read with errors and its locks are not seen; "
               "give --python with 3.13 or newer");
}

//===-- Files
//---------------------------------------------------------------===//

void Planner::listFiles() {
  for (const std::string &Folder : Folders) {
    Listing L = listTree(Folder, MaxNamedEntries);
    llvm::append_range(Listed.Files, L.Files);
    Listed.Cython += L.Cython;
    Listed.Truncated |= L.Truncated;
  }
  if (Listed.Truncated)
    remark(Severity::Warning, "the folders named hold too many files to read; "
                              "name the folder of the extension's sources");
  std::vector<std::string> All = Listed.Files;
  llvm::append_range(All, Files);
  if (!llvm::is_contained(Folders, Top))
    llvm::append_range(All, listTree(Top, MaxAroundEntries, Folders).Files);
  llvm::sort(All);
  All.erase(std::unique(All.begin(), All.end()), All.end());
  llvm::sort(Listed.Files);
  Listed.Files.erase(std::unique(Listed.Files.begin(), Listed.Files.end()),
                     Listed.Files.end());
  Graph = std::make_unique<IncludeGraph>(All);
}

bool Planner::isNamed(StringRef File) const {
  return isWithinAny(File, Folders) || llvm::is_contained(Files, File);
}

/// Excluded, and not asked for by name.
bool Planner::isExcluded(StringRef File) const {
  return !llvm::is_contained(Files, File) &&
         llvm::any_of(Request.Exclude, [&](const std::string &Pattern) {
           return matchesPath(Pattern, File);
         });
}

/// Tests are not the extension, unless the user names them.
bool Planner::isLeftForTests(StringRef File) const {
  return !llvm::is_contained(Files, File) &&
         llvm::all_of(Folders, [&](const std::string &Folder) {
           return !isWithin(File, Folder) || isInTests(File, Folder);
         });
}

/// Why a file of the tree is left out before anybody reads it; empty: it is
/// not.
std::string Planner::reasonAgainst(StringRef File) const {
  if (isExcluded(File))
    return "excluded by the configuration";
  return isLeftForTests(File) ? "in a tests folder; name it to have it scanned"
                              : "";
}

//===-- Database
//------------------------------------------------------------===//

Error Planner::findDatabase() {
  if (!Request.BuildDir.empty()) {
    auto Loaded = loadDatabase(Request.BuildDir, {Plan.Root, Top});
    if (!Loaded)
      return Loaded.takeError();
    Base = std::move(*Loaded);
    if (llvm::none_of(Base.Commands,
                      [&](const BuildCommand &C) { return isNamed(C.File); })) {
      remark(Severity::Warning,
             "the compilation database names no file under the paths given; "
             "they are scanned as if there were no build",
             Base.Path);
      Base = Database();
    }
  } else if (!Request.NoBuild) {
    pickDatabase();
  }
  Plan.Database = Base.Path;
  return Error::success();
}

/// Of the databases in the usual places, the one that names most of our files.
void Planner::pickDatabase() {
  std::vector<std::string> Around = Folders;
  for (const std::string &File : Files)
    Around.push_back(path::parent_path(File).str());
  Around.push_back(Plan.Root);
  Around.push_back(Top);
  std::vector<std::string> Found = findDatabases(Around);
  if (Found.size() > MaxDatabases)
    Found.resize(MaxDatabases);
  size_t Best = 0;
  for (const std::string &Path : Found) {
    auto Loaded = loadDatabase(Path, {Plan.Root, Top});
    if (!Loaded) {
      remark(Severity::Warning, toString(Loaded.takeError()));
      continue;
    }
    size_t Ours = llvm::count_if(Loaded->Commands, [&](const BuildCommand &C) {
      return isNamed(C.File) && isRegularFile(C.File);
    });
    if (Ours > Best) {
      Best = Ours;
      Base = std::move(*Loaded);
    }
  }
}

/// Files the database names under the paths given.
void Planner::collectBuilt() {
  for (const BuildCommand &C : Base.Commands) {
    if (!isNamed(C.File) || StringRef(C.File).contains("/CMakeFiles/") ||
        !isSource(kindOf(C.File)))
      continue;
    if (!isRegularFile(C.File)) {
      Plan.Out.push_back({C.File, "the compilation database names it, but it "
                                  "does not exist; build again"});
      continue;
    }
    FileIndex File = Graph->add(C.File);
    Commands[File] = &C;
    if (std::string Why = reasonAgainst(C.File); !Why.empty()) {
      Stale[File] = Why;
      continue;
    }
    Sources.insert(File);
    Built.insert(File);
  }
}

void Planner::collect() {
  for (const std::string &File : Files) {
    FileIndex I = Graph->add(File);
    Named.insert(I);
    (isSource(kindOf(File)) ? Sources : Headers).insert(I);
  }
  collectBuilt();
  bool HaveBuild = !Built.empty();
  for (const std::string &File : Listed.Files) {
    FileIndex I = Graph->add(File);
    FileKind Kind = kindOf(File);
    if (Kind == FileKind::Fragment || Sources.count(I) || Named.count(I))
      continue;
    if (std::string Why = reasonAgainst(File); !Why.empty()) {
      if (isSource(Kind))
        Stale[I] = Why;
    } else if (Kind == FileKind::Header) {
      Headers.insert(I);
    } else if (HaveBuild) {
      Stale[I] = "the compilation database does not name it; --no-build scans "
                 "it as well";
    } else {
      Sources.insert(I);
    }
  }
}

//===-- Units
//---------------------------------------------------------------===//

/// Flags for a file without a command: those of its nearest neighbour in the
/// same language.
const BuildCommand *Planner::nearestCommand(FileIndex File, bool Cxx) const {
  const BuildCommand *Best = nullptr;
  size_t BestCommon = 0;
  for (auto &[Other, Command] : Commands) {
    bool OtherCxx =
        Command->CxxDriver || kindOf(Command->File) == FileKind::Cxx;
    if (OtherCxx != Cxx)
      continue;
    size_t Common = commonFolder(Graph->name(File), Command->File);
    if (!Best || Common > BestCommon) {
      Best = Command;
      BestCommon = Common;
    }
  }
  return Best;
}

TranslationUnit Planner::makeUnit(FileIndex File, const std::string &Why,
                                  bool &LimitedApi) {
  TranslationUnit Unit;
  Unit.File = Graph->name(File);
  Unit.Why = Why;
  Unit.IncludesPython = Graph->reachesPython(File);
  bool Source = isSource(kindOf(Unit.File));
  auto Own = Commands.find(File);
  bool Cxx = Own != Commands.end() && Own->second->CxxDriver
                 ? true
                 : isCxx(*Graph, File);
  const BuildCommand *Command =
      Own != Commands.end() ? Own->second : nearestCommand(File, Cxx);
  Unit.Origin = !Source                 ? UnitOrigin::Header
                : Own != Commands.end() ? UnitOrigin::Database
                                        : UnitOrigin::NoBuild;
  if (Command) {
    CleanFlags Flags = keepMeaning(Command->Args, Command->Directory);
    LimitedApi |= Flags.LimitedApi;
    Unit.Directory = Command->Directory;
    if (!Flags.HasLanguage)
      Unit.Args = {"-x", Cxx ? "c++" : "c"};
    llvm::append_range(Unit.Args, Flags.Args);
    appendSearchFolders(*Graph, File, Unit.Args);
  } else {
    Unit.Directory = path::parent_path(Unit.File).str();
    Unit.Args = guessFlags(*Graph, File, CxxStandard);
    for (const std::string &Macro : Plan.Assumed)
      Unit.Args.push_back("-D" + Macro);
  }
  bool InSource = Graph->any(File, &FileText::LimitedApi);
  LimitedApi |= InSource;
  appendTarget(Plan.Python, InSource, Unit.Args);
  llvm::append_range(Unit.Args, ExtraArgs);
  return Unit;
}

/// Where no command says what the build defines, its scripts may.
void Planner::assumeMacros() {
  if (!Commands.empty())
    return;
  std::vector<std::string> Around = Folders;
  for (const std::string &File : Files)
    Around.push_back(path::parent_path(File).str());
  std::set<FileIndex> Units;
  for (auto &[File, Why] : Chosen.In)
    Units.insert(File);
  Plan.Assumed =
      assumedMacros(buildScripts(Around, Top), *Graph, Units, ExtraArgs);
  if (!Plan.Assumed.empty())
    remark(Severity::Note, "assumed, because the build scripts name them: " +
                               llvm::join(Plan.Assumed, ", ") +
                               "; --extra-arg=-UNAME takes one back");
}

void Planner::takeExtraArgs() {
  std::vector<std::string> LeftOut;
  ExtraArgs = withoutActions(Request.ExtraArgs, LeftOut);
  for (const std::string &Flag : LeftOut)
    remark(Severity::Warning,
           "the extra argument '" + Flag +
               "' is left out: it says what a compiler does, not how sources "
               "are read");
}

void Planner::makeUnits() {
  takeExtraArgs();
  bool LimitedApi = false;
  std::vector<std::string> Around = Folders;
  Around.push_back(Plan.Root);
  Around.push_back(Top);
  CxxStandard = requestedCxxStandard(Around);
  assumeMacros();
  for (auto &[File, Why] : Chosen.In)
    Plan.Units.push_back(makeUnit(File, Why, LimitedApi));
  for (auto *Reasons : {&Chosen.Out, &Stale})
    for (auto &[File, Why] : *Reasons)
      Plan.Out.push_back({Graph->name(File), Why});
  if (LimitedApi)
    remark(Severity::Note,
           "Py_LIMITED_API is left undefined for the analysis: CPython does "
           "not have the limited API together with free threading");
}

/// --only: units of these files; a header stands for the first unit that
/// reads it.
Error Planner::limitToOnly() {
  if (Request.Only.empty())
    return Error::success();
  std::set<std::string> Wanted;
  for (const std::string &Name : Request.Only) {
    if (!sys::fs::exists(Name))
      return usage("--only '" + Name + "' does not exist");
    std::string File = canonical(Name);
    FileIndex I = Graph->add(File);
    auto Reads = [&](const TranslationUnit &U) {
      return U.File == File || Graph->closure(Graph->add(U.File)).count(I) != 0;
    };
    auto Own = llvm::find_if(
        Plan.Units, [&](const TranslationUnit &U) { return U.File == File; });
    auto Unit =
        Own != Plan.Units.end() ? Own : llvm::find_if(Plan.Units, Reads);
    if (Unit != Plan.Units.end())
      Wanted.insert(Unit->File);
    else
      remark(Severity::Note, "--only names a file that is not part of the scan",
             File);
  }
  llvm::erase_if(Plan.Units, [&](const TranslationUnit &U) {
    if (Wanted.count(U.File))
      return false;
    Plan.Out.push_back({U.File, "not named by --only"});
    return true;
  });
  return Error::success();
}

/// User files: what was named, and the project's own header folders that it
/// uses from elsewhere in the tree.
void Planner::findUserFolders() {
  std::set<std::string> All(Folders.begin(), Folders.end());
  for (const std::string &File : Files)
    All.insert(path::parent_path(File).str());
  std::vector<std::string> Around;
  for (const TranslationUnit &Unit : Plan.Units)
    for (FileIndex File : Graph->closure(Graph->add(Unit.File))) {
      const std::string &Name = Graph->name(File);
      if (isWithin(Name, Top) && !isVendored(Name, Top))
        Around.push_back(path::parent_path(Name).str());
    }
  llvm::sort(Around);
  for (const std::string &Folder : Around)
    if (llvm::none_of(All, [&](const std::string &Known) {
          return isWithin(Folder, Known);
        }))
      All.insert(Folder);
  Plan.Folders.assign(All.begin(), All.end());
}

void Planner::remarkOnSelection() {
  if (Plan.Units.empty() && Request.Only.empty()) {
    std::string Message = "no C or C++ source of an extension was found under "
                          "the paths given; name the folder that holds the "
                          "sources";
    if (Listed.Cython)
      Message += " (there are " + utostr(Listed.Cython) +
                 " Cython files: run Cython and scan what it writes)";
    else if (!Stale.empty())
      Message += " (" + utostr(Stale.size()) +
                 " files were left out; `ungil doctor` says why)";
    remark(Severity::Error, Message);
    return;
  }
  if (Chosen.NoPython && !Sources.empty())
    remark(Severity::Warning,
           "no file under the paths given reaches Python.h; all of them are "
           "scanned, but this may not be the extension");
}

Expected<ScanPlan> Planner::run() {
  if (Error E = readPaths())
    return std::move(E);
  if (Error E = findRoot())
    return std::move(E);
  if (Error E = findHeaders())
    return std::move(E);
  listFiles();
  if (Error E = findDatabase())
    return std::move(E);
  collect();
  Chosen = selectSources(*Graph, Sources, Named, Built);
  selectHeaders(*Graph, Headers, Named, Chosen);
  makeUnits();
  findUserFolders();
  if (Error E = limitToOnly())
    return std::move(E);
  remarkOnSelection();
  auto ByFile = [](const auto &A, const auto &B) { return A.File < B.File; };
  llvm::sort(Plan.Units, ByFile);
  llvm::sort(Plan.Out, ByFile);
  Plan.Jobs = Request.Jobs ? Request.Jobs
                           : hardware_concurrency().compute_thread_count();
  Plan.TimeoutSeconds = Request.TimeoutSeconds;
  Plan.MemoryMiB = Request.MemoryMiB;
  Plan.Progress = Request.Progress;
  return std::move(Plan);
}

} // namespace

Expected<ScanPlan> plan(const ScanRequest &Request) {
  return Planner(Request).run();
}

} // namespace ungil
