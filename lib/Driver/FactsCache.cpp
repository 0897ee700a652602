//===- FactsCache.cpp - facts of earlier scans ----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/FactsCache.h"
#include "Driver/Files.h"
#include "Support/Input.h"
#include "Support/Output.h"
#include "Support/Version.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace ungil {

static constexpr StringLiteral Magic = "ungil-cache 1\n";
static constexpr StringLiteral Suffix = ".facts";

std::string defaultCacheFolder(StringRef Root) {
  // One that leads out of the checkout came with it.
  std::string Own = joinPath(Root, ".ungil_cache");
  if (gitTop(Root) == Root && isWithin(canonicalFolder(Own), Root))
    return Own;
  if (const char *Xdg = std::getenv("XDG_CACHE_HOME"); Xdg && *Xdg == '/')
    return joinPath(Xdg, "ungil/facts");
  if (const char *Home = std::getenv("HOME"); Home && *Home == '/')
    return joinPath(Home, ".cache/ungil/facts");
  return "";
}

FactsCache::FactsCache(const ScanPlan &Plan) : Folder(Plan.CacheDir) {
  auto Add = [&](StringRef Part) {
    Common += Part;
    Common += '\0';
  };
  Add(buildId());
  Add(Plan.Check ? "check" : "");
  Add(Plan.Python.IncludeDir);
  for (const std::string &Path : Plan.Folders)
    Add(Path);
  // Clang reads these on its own.
  for (const char *Name : {"CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH"})
    if (const char *Value = std::getenv(Name))
      Add(Value);
    else
      Add("");
  for (const auto &[Path, Text] : Plan.Edited)
    Now.put(Path, Text);
}

std::string FactsCache::fileOf(const TranslationUnit &Unit) const {
  std::string Key = Common + Unit.File;
  for (StringRef Part :
       concat<const std::string>(ArrayRef(Unit.Directory), Unit.Args)) {
    Key += '\0';
    Key += Part;
  }
  XXH128_hash_t Hash = xxh3_128bits(arrayRefFromStringRef(Key));
  return joinPath(Folder, utohexstr(Hash.high64, /*LowerCase=*/true, 16) +
                              utohexstr(Hash.low64, /*LowerCase=*/true, 16) +
                              Suffix.str());
}

/// The file says when facts were last of use; once a day is enough.
static void touch(const std::string &File) {
  fs::file_status Status;
  auto Now = std::chrono::system_clock::now();
  if (fs::status(File, Status))
    return;
  auto Age = Now - Status.getLastModificationTime();
  int Fd = -1;
  if (Age < std::chrono::hours(24) ||
      fs::openFileForWrite(File, Fd, fs::CD_OpenExisting, fs::OF_Append))
    return;
  (void)fs::setLastAccessAndModificationTime(Fd, Now);
  (void)fs::closeFile(Fd);
}

std::optional<std::string> FactsCache::find(const TranslationUnit &Unit,
                                            ReadLog &Reads) {
  std::string File = fileOf(Unit);
  auto Buffer = expectedToOptional(readInput(File));
  if (!Buffer)
    return std::nullopt;
  StringRef Text = (*Buffer)->getBuffer();
  uint64_t Sum = 0;
  if (!Text.consume_front(Magic) || Text.size() < 17 ||
      Text.take_front(16).getAsInteger(16, Sum) ||
      Sum != xxh3_64bits(Text.drop_front(17)))
    return std::nullopt;
  Text = Text.drop_front(17);
  if (!Reads.take(Text) || !Reads.holds(Now))
    return std::nullopt;
  touch(File);
  return Text.str();
}

/// Makes \p Folder, and marks it as what nobody need keep.
static std::error_code makeFolder(StringRef Folder) {
  if (std::error_code Error = fs::create_directories(Folder))
    return Error;
  auto Write = [&](StringRef Name, StringRef Text) {
    // Without it git shows the folder, and that is all.
    std::string Path = joinPath(Folder, Name);
    if (!fs::exists(Path))
      consumeError(writeOutput(Path, [&](raw_ostream &Out) { Out << Text; }));
  };
  Write(".gitignore", "# Made by ungil.\n*\n");
  Write("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n"
                        "# Facts that ungil keeps between scans.\n");
  return {};
}

std::string FactsCache::store(const TranslationUnit &Unit, const ReadLog &Reads,
                              StringRef Payload) {
  if (std::error_code Error = Grew ? std::error_code() : makeFolder(Folder)) {
    Failed = true;
    return "cannot make '" + Folder + "': " + Error.message();
  }
  std::string Seen = Reads.text() + Payload.str();
  std::string File = fileOf(Unit);
  // Writing would follow a link, or wait for who reads a pipe.
  fs::file_status There;
  if (!fs::status(File, There, /*follow=*/false) && !fs::is_regular_file(There))
    (void)std::remove(File.c_str());
  Error Bad = writeOutput(File, [&](raw_ostream &Out) {
    Out << Magic << utohexstr(xxh3_64bits(Seen), /*LowerCase=*/true, 16) << '\n'
        << Seen;
  });
  Failed = bool(Bad);
  Grew |= !Failed;
  return toString(std::move(Bad));
}

namespace {
struct Entry {
  std::string Path;
  sys::TimePoint<> Used;
  uint64_t Bytes;
};
} // namespace

static std::vector<Entry> entries(StringRef Folder) {
  std::vector<Entry> All;
  for (const std::string &Name : entriesOf(Folder)) {
    std::string Path = joinPath(Folder, Name);
    fs::file_status Status;
    // Also what a scan that was killed left half written.
    if (StringRef(Name).contains(Suffix) && !fs::status(Path, Status))
      All.push_back({Path, Status.getLastModificationTime(), Status.getSize()});
  }
  return All;
}

CacheSize cacheSize(StringRef Folder) {
  CacheSize Size;
  for (const Entry &E : entries(Folder)) {
    ++Size.Files;
    Size.Bytes += E.Bytes;
  }
  return Size;
}

CacheSize pruneCache(StringRef Folder, uint64_t Limit) {
  std::vector<Entry> All = entries(Folder);
  std::stable_sort(All.begin(), All.end(), [](const Entry &A, const Entry &B) {
    return A.Used < B.Used;
  });
  uint64_t Left = 0;
  for (const Entry &E : All)
    Left += E.Bytes;
  CacheSize Gone;
  for (const Entry &E : All) {
    if (Left <= Limit)
      break;
    Left -= E.Bytes;
    if (fs::remove(E.Path))
      continue;
    ++Gone.Files;
    Gone.Bytes += E.Bytes;
  }
  return Gone;
}

} // namespace ungil
