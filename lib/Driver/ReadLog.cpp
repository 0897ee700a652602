//===- ReadLog.cpp - what a parse saw of the file system ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/ReadLog.h"
#include "Support/Input.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>
#include <utility>

using namespace llvm;

namespace ungil {

FileState stateOf(StringRef Content) {
  return std::max<FileState>(xxh3_64bits(Content), Present + 1);
}

/// As a file system in memory knows it.
static SmallString<256> withoutDots(StringRef Path) {
  SmallString<256> Plain(Path);
  sys::path::remove_dots(Plain, /*remove_dot_dot=*/true);
  return Plain;
}

void FileStates::put(StringRef Path, StringRef Content) {
  Edited[withoutDots(Path)] = stateOf(Content);
}

bool FileStates::still(StringRef Path, FileState Before) {
  if (!Edited.empty())
    if (auto It = Edited.find(withoutDots(Path)); It != Edited.end())
      return Before == Present || Before == It->second;
  if (Before == Absent || Before == Present)
    return sys::fs::exists(Path) == (Before == Present);
  auto [It, New] = Known.try_emplace(Path, Absent);
  if (New)
    if (auto Buffer = expectedToOptional(readInput(Path)))
      It->second = stateOf((*Buffer)->getBuffer());
  return It->second == Before;
}

void ReadLog::saw(StringRef Path, FileState What) {
  SmallString<256> Full(Path);
  (void)sys::fs::make_absolute(Full);
  FileState &Now = Seen.try_emplace(std::string(Full), What).first->second;
  // Of a file that was looked at and then read, what was read counts.
  Now = std::max(Now, What);
}

void ReadLog::forget(StringRef Prefix) {
  auto Begin = Seen.lower_bound(Prefix), End = Begin;
  while (End != Seen.end() && StringRef(End->first).starts_with(Prefix))
    ++End;
  Seen.erase(Begin, End);
}

void ReadLog::add(const ReadLog &Other) {
  Seen.insert(Other.Seen.begin(), Other.Seen.end());
}

bool ReadLog::holds(FileStates &Now) const {
  return std::all_of(Seen.begin(), Seen.end(), [&](const auto &Entry) {
    return Now.still(Entry.first, Entry.second);
  });
}

std::vector<std::string> ReadLog::files() const {
  std::vector<std::string> All;
  for (const auto &[Path, What] : Seen)
    if (What != Absent && What != Present)
      All.push_back(Path);
  return All;
}

std::string ReadLog::text() const {
  std::string Out;
  for (const auto &[Path, What] : Seen) {
    if (Path.find('\n') != std::string::npos)
      return "?\n\n";
    Out += utohexstr(What, /*LowerCase=*/true) + ' ' + Path + '\n';
  }
  return Out + '\n';
}

bool ReadLog::take(StringRef &Text) {
  bool Whole = true;
  while (!Text.empty()) {
    StringRef Line;
    std::tie(Line, Text) = Text.split('\n');
    if (Line.empty())
      return Whole;
    auto [State, Path] = Line.split(' ');
    FileState What = Absent;
    Whole &= !State.getAsInteger(16, What) && !Path.empty();
    Seen[Path.str()] = What;
  }
  return false;
}

namespace {

class LoggedFile : public vfs::File {
public:
  LoggedFile(std::unique_ptr<vfs::File> Inner, std::string Path, ReadLog &Log)
      : Inner(std::move(Inner)), Path(std::move(Path)), Log(Log) {}

  ErrorOr<vfs::Status> status() override { return Inner->status(); }
  ErrorOr<std::string> getName() override { return Inner->getName(); }
  ErrorOr<std::unique_ptr<MemoryBuffer>> getBuffer(const Twine &Name,
                                                   int64_t Size,
                                                   bool NullTerminated,
                                                   bool IsVolatile) override {
    auto Buffer = Inner->getBuffer(Name, Size, NullTerminated, IsVolatile);
    Log.saw(Path, Buffer ? stateOf((*Buffer)->getBuffer()) : Absent);
    return Buffer;
  }
  std::error_code close() override { return Inner->close(); }

private:
  std::unique_ptr<vfs::File> Inner;
  std::string Path;
  ReadLog &Log;
};

class LoggedFileSystem : public vfs::ProxyFileSystem {
public:
  LoggedFileSystem(IntrusiveRefCntPtr<vfs::FileSystem> Base, ReadLog &Log)
      : ProxyFileSystem(std::move(Base)), Log(Log) {}

  ErrorOr<vfs::Status> status(const Twine &Path) override {
    auto Status = ProxyFileSystem::status(Path);
    // Folders are there to look into: what is in them counts.
    if (!Status || !Status->isDirectory())
      Log.saw(Path.str(), Status ? Present : Absent);
    return Status;
  }

  ErrorOr<std::unique_ptr<vfs::File>>
  openFileForRead(const Twine &Path) override {
    auto File = ProxyFileSystem::openFileForRead(Path);
    Log.saw(Path.str(), File ? Present : Absent);
    if (!File)
      return File;
    return std::make_unique<LoggedFile>(std::move(*File), Path.str(), Log);
  }

private:
  ReadLog &Log;
};

} // namespace

IntrusiveRefCntPtr<vfs::FileSystem>
logged(IntrusiveRefCntPtr<vfs::FileSystem> Base, ReadLog &Log) {
  return makeIntrusiveRefCnt<LoggedFileSystem>(std::move(Base), Log);
}

} // namespace ungil
