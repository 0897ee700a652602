//===- Summary.cpp - facts that travel ------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Summary.h"
#include "Facts/Archive.h"
#include "Facts/Serialize.h"
#include "Support/Version.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

using namespace llvm;

namespace ungil {

//===-- The file ----------------------------------------------------------===//

static constexpr StringLiteral Magic = "ungil-summary ";

namespace {

struct FileRecord {
  std::string File, Text;
  uint32_t Severity = 0;
  template <class Archive> void fields(Archive &A) { A(File, Text, Severity); }
};

struct UnitRecord {
  std::string File, Message, Facts;
  uint32_t Place = 0;
  UnitResult::State How = UnitResult::State::Parsed;
  std::vector<std::string> StandInTypes;
  template <class Archive> void fields(Archive &A) {
    A(File, Message, Facts, Place, How, StandInTypes);
  }
};

struct SummaryRecord {
  uint32_t Number = 1, Of = 1;
  std::string Root, Python, Config;
  std::vector<std::string> Folders;
  std::vector<FileRecord> Out, Remarks;
  std::vector<UnitRecord> Units;
  template <class Archive> void fields(Archive &A) {
    A(Number, Of, Root, Python, Config, Folders, Out, Remarks, Units);
  }
};

} // namespace

static Error problem(const Twine &Text) {
  return createStringError(inconvertibleErrorCode(), Text.str());
}

std::string writeSummary(const Summary &Of) {
  SummaryRecord All;
  All.Number = Of.Part.Number;
  All.Of = Of.Part.Of;
  All.Root = Of.Plan.Root;
  All.Python = Of.Plan.Python.Version;
  All.Config = Of.Config;
  All.Folders = Of.Plan.Folders;
  for (const LeftOut &File : Of.Plan.Out)
    All.Out.push_back({File.File, File.Why});
  for (const Remark &R : Of.Plan.Remarks)
    All.Remarks.push_back({R.File, R.Message, static_cast<uint32_t>(R.Sev)});
  for (size_t I = 0; I != Of.Units.size(); ++I) {
    const UnitResult &Unit = Of.Units[I];
    All.Units.push_back({Of.Plan.Units[I].File, Unit.Message,
                         serialize(Unit.Facts), Of.Places[I], Unit.How,
                         Unit.StandInTypes});
  }
  std::string Bytes;
  ArchiveWriter(Bytes).write(All);
  return (Magic + version() + "\n" +
          utohexstr(xxh3_64bits(Bytes), /*LowerCase=*/true, 16) + "\n")
             .str() +
         Bytes;
}

Expected<Summary> readSummary(StringRef Bytes, std::string Name) {
  if (!Bytes.consume_front(Magic))
    return problem("'" + Name +
                   "' holds no facts; `ungil summarize -o FILE` "
                   "writes them");
  auto [Version, Rest] = Bytes.split('\n');
  if (Version != StringRef(version()))
    return problem("'" + Name + "' was written by ungil " + Version +
                   ", and this is " + version() +
                   ": summarize and link with the same version");
  auto [Sum, Text] = Rest.split('\n');
  uint64_t Wanted = 0;
  SummaryRecord All;
  bool Whole = !Sum.getAsInteger(16, Wanted) && Wanted == xxh3_64bits(Text) &&
               ArchiveReader(Text).read(All) && All.Number >= 1 &&
               All.Number <= All.Of;
  Summary Of;
  Of.Name = std::move(Name);
  Of.Part = {All.Number, All.Of};
  Of.Plan.Root = std::move(All.Root);
  Of.Plan.Python.Version = std::move(All.Python);
  Of.Config = std::move(All.Config);
  Of.Plan.Folders = std::move(All.Folders);
  for (FileRecord &File : All.Out)
    Of.Plan.Out.push_back({std::move(File.File), std::move(File.Text)});
  for (FileRecord &R : All.Remarks)
    Of.Plan.Remarks.push_back({static_cast<Severity>(R.Severity),
                               std::move(R.File), std::move(R.Text)});
  for (UnitRecord &Record : All.Units) {
    TranslationUnit &Unit = Of.Plan.Units.emplace_back();
    Unit.File = std::move(Record.File);
    Of.Places.push_back(Record.Place);
    UnitResult &Result = Of.Units.emplace_back();
    Result.How = Record.How;
    Result.Message = std::move(Record.Message);
    Result.StandInTypes = std::move(Record.StandInTypes);
    Whole = Whole && deserialize(Record.Facts, Result.Facts);
  }
  if (!Whole)
    return problem("'" + Of.Name +
                   "' is damaged: run the `ungil summarize` that wrote it "
                   "again");
  return Of;
}

//===-- Parts -------------------------------------------------------------===//

void keepShard(Summary &Of) {
  std::map<StringRef, uint32_t> Seen;
  std::vector<TranslationUnit> Kept;
  for (size_t I = 0; I != Of.Plan.Units.size(); ++I) {
    uint32_t Place = Seen[Of.Plan.Units[I].File]++;
    if (I % Of.Part.Of != Of.Part.Number - 1)
      continue;
    Of.Places.push_back(Place);
    Kept.push_back(Of.Plan.Units[I]);
  }
  Of.Plan.Units = std::move(Kept);
}

static void mapPath(std::string &Path, const PathMap &Map) {
  for (const auto &[From, To] : Map)
    if (StringRef Rest = Path;
        Rest.consume_front(From) && (Rest.empty() || Rest.front() == '/')) {
      Path = To + Rest.str();
      return;
    }
}

void mapPaths(Summary &Of, const PathMap &Map) {
  if (Map.empty())
    return;
  mapPath(Of.Config, Map);
  mapPath(Of.Plan.Root, Map);
  for (std::string &Folder : Of.Plan.Folders)
    mapPath(Folder, Map);
  for (LeftOut &File : Of.Plan.Out)
    mapPath(File.File, Map);
  for (Remark &R : Of.Plan.Remarks)
    mapPath(R.File, Map);
  for (TranslationUnit &Unit : Of.Plan.Units)
    mapPath(Unit.File, Map);
  for (UnitResult &Unit : Of.Units) {
    mapPath(Unit.Facts.MainFile, Map);
    for (FileFact &File : Unit.Facts.Files)
      mapPath(File.Path, Map);
    // The name of what only one file sees ends in `@FILE#OFFSET`.
    for (Entity &E : Unit.Facts.Entities)
      if (size_t At = E.Usr.rfind("@/"); At != std::string::npos) {
        std::string File = E.Usr.substr(At + 1);
        mapPath(File, Map);
        E.Usr.replace(At + 1, std::string::npos, File);
      }
  }
}

//===-- Together ----------------------------------------------------------===//

/// Are all parts there, of one extension read against one CPython?
static Error check(ArrayRef<Summary> Parts) {
  const Summary &First = Parts.front();
  std::set<unsigned> Numbers;
  for (const Summary &Part : Parts) {
    if (Part.Plan.Root != First.Plan.Root)
      return problem("'" + First.Name + "' is about '" + First.Plan.Root +
                     "' and '" + Part.Name + "' about '" + Part.Plan.Root +
                     "': if that is one folder on two machines, say what it "
                     "is called here: --map '" +
                     Part.Plan.Root + "=" + First.Plan.Root + "'");
    if (Part.Plan.Python.Version != First.Plan.Python.Version)
      return problem("'" + First.Name + "' was read with headers of CPython " +
                     First.Plan.Python.Version + " and '" + Part.Name +
                     "' with those of " + Part.Plan.Python.Version +
                     ": summarize both with the same --python");
    if (Part.Part.Of != First.Part.Of)
      return problem("'" + First.Name + "' is a part of " +
                     Twine(First.Part.Of) + " and '" + Part.Name +
                     "' a part of " + Twine(Part.Part.Of) +
                     ": link parts of one kind");
    Numbers.insert(Part.Part.Number);
  }
  for (unsigned I = 1; I <= First.Part.Of; ++I)
    if (!Numbers.count(I))
      return problem("part " + Twine(I) + " of " + Twine(First.Part.Of) +
                     " is not there: what it holds may be the other side of a "
                     "race; summarize it with --shard " +
                     Twine(I) + "/" + Twine(First.Part.Of));
  return Error::success();
}

namespace {
/// One unit of one part.
struct Piece {
  Summary *Of;
  size_t Index;
  StringRef file() const { return Of->Plan.Units[Index].File; }
  uint32_t place() const { return Of->Places[Index]; }
};
} // namespace

/// The units of all parts in the order of a scan, each once.
static Error joinUnits(std::vector<Summary> &Parts, Summary &Whole) {
  std::vector<Piece> All;
  for (Summary &Part : Parts)
    for (size_t I = 0; I != Part.Units.size(); ++I)
      All.push_back({&Part, I});
  stable_sort(All, [](const Piece &A, const Piece &B) {
    return std::tuple(A.file(), A.place()) < std::tuple(B.file(), B.place());
  });
  const Piece *Last = nullptr;
  for (const Piece &Next : All) {
    UnitResult &Result = Next.Of->Units[Next.Index];
    if (Last && Last->file() == Next.file() && Last->place() == Next.place()) {
      if (serialize(Whole.Units.back().Facts) != serialize(Result.Facts))
        return problem("'" + Last->Of->Name + "' and '" + Next.Of->Name +
                       "' hold different facts of '" + Next.file() +
                       "': name only the newer one");
      continue;
    }
    Whole.Plan.Units.push_back(Next.Of->Plan.Units[Next.Index]);
    Whole.Places.push_back(Next.place());
    Whole.Units.push_back(std::move(Result));
    Last = &Next;
  }
  return Error::success();
}

Expected<Summary> join(std::vector<Summary> Parts) {
  if (Parts.empty())
    return problem("nothing to link");
  // Whatever the order they come in.
  stable_sort(Parts, [](const Summary &A, const Summary &B) {
    auto Key = [](const Summary &S) {
      return std::tuple(S.Part.Number, S.Plan.Units.empty()
                                           ? StringRef()
                                           : StringRef(S.Plan.Units[0].File));
    };
    return Key(A) < Key(B);
  });
  if (Error Bad = check(Parts))
    return std::move(Bad);
  Summary Whole;
  Whole.Config = Parts.front().Config;
  Whole.Plan.Root = Parts.front().Plan.Root;
  Whole.Plan.Python = Parts.front().Plan.Python;
  if (Error Bad = joinUnits(Parts, Whole))
    return std::move(Bad);
  std::set<std::string> Read, Folders;
  for (const TranslationUnit &Unit : Whole.Plan.Units)
    Read.insert(Unit.File);
  std::set<std::tuple<Severity, std::string, std::string>> Said;
  for (Summary &Part : Parts) {
    Folders.insert(Part.Plan.Folders.begin(), Part.Plan.Folders.end());
    for (LeftOut &File : Part.Plan.Out)
      if (Read.insert(File.File).second)
        Whole.Plan.Out.push_back(std::move(File));
    for (const Remark &R : Part.Plan.Remarks)
      if (Said.insert({R.Sev, R.File, R.Message}).second)
        Whole.Plan.Remarks.push_back(R);
  }
  Whole.Plan.Folders.assign(Folders.begin(), Folders.end());
  sort(Whole.Plan.Out,
       [](const LeftOut &A, const LeftOut &B) { return A.File < B.File; });
  return Whole;
}

} // namespace ungil
