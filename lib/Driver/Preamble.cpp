//===- Preamble.cpp - what units of a scan read first -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Preamble.h"
#include "Driver/Files.h"
#include "Driver/FrontEnd.h"
#include "Driver/Limits.h"
#include "Driver/Opening.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace ungil {
/// A file system takes no more of one opening; most are some megabytes.
static constexpr uint64_t MaxOpeningBytes = uint64_t(256) << 20;

/// Writes the precompiled form of file \p Opening, read with the flags of
/// \p Unit, to \p Output, and what that saw to \p Saw; in a child process.
static bool precompile(const ScanPlan &Plan, const TranslationUnit &Unit,
                       const IntrusiveRefCntPtr<vfs::FileSystem> &Files,
                       ReadLog &Reads, const std::string &Opening,
                       const std::string &Output, const std::string &Saw) {
  outs().flush();
  errs().flush();
  pid_t Pid = ::fork();
  if (Pid == 0) {
    if (int Null = ::open("/dev/null", O_RDWR); Null >= 0)
      for (int Fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        ::dup2(Null, Fd);
    limitChild(Plan.MemoryMiB, MaxOpeningBytes);
    if (Plan.TimeoutSeconds)
      ::alarm(Plan.TimeoutSeconds);
    Reads.clear();
    if (!precompileOpening(Plan, Unit, Files, Opening, Output))
      ::_exit(1);
    Reads.forget(Opening);
    std::error_code Failed;
    {
      raw_fd_ostream Out(Saw, Failed);
      Out << Reads.text();
    }
    ::_exit(Failed ? 1 : 0);
  }
  if (Pid < 0)
    return false;
  int Status = 0;
  while (::waitpid(Pid, &Status, 0) < 0 && errno == EINTR)
    ;
  return WIFEXITED(Status) && WEXITSTATUS(Status) == 0;
}

/// Units that one opening could serve: by flags and text.
using Groups = std::map<std::pair<std::vector<std::string>, std::string>,
                        std::vector<size_t>>;
using Group = Groups::value_type;

static Groups groupsOf(const ScanPlan &Plan, ArrayRef<size_t> Units,
                       vfs::FileSystem &Files) {
  Groups Found;
  for (size_t I : Units) {
    const TranslationUnit &Unit = Plan.Units[I];
    SmallString<256> Local(Unit.File);
    sys::path::remove_filename(Local);
    sys::path::append(Local, "Python.h");
    auto Text = Files.getBufferForFile(Unit.File);
    if (!Text || isRegularFile(std::string(Local)))
      continue;
    std::string Opening = openingOf((*Text)->getBuffer());
    if (!Opening.empty())
      Found[{flagsOf(Unit), std::move(Opening)}].push_back(I);
  }
  return Found;
}

/// The groups worth an opening, those of most units first.
static std::vector<const Group *> worthwhile(const Groups &All) {
  const size_t Most = 4;
  std::vector<const Group *> Best;
  for (const Group &G : All)
    Best.push_back(&G);
  llvm::stable_sort(Best, [](const Group *A, const Group *B) {
    return A->second.size() > B->second.size();
  });
  if (Best.size() > Most)
    Best.resize(Most);
  return Best;
}

/// The header to precompile for \p G in \p Folder, named by what it is. A
/// folder that is full, because somebody types before `#include <Python.h>`,
/// is emptied.
static std::string keptHeader(const Group &G, const std::string &Folder) {
  constexpr size_t Most = 24;
  std::vector<std::string> Names = entriesOf(Folder);
  if (Names.size() > Most)
    for (const std::string &Name : Names)
      (void)sys::fs::remove(joinPath(Folder, Name));
  std::string Key = G.first.second;
  for (const std::string &Flag : G.first.first)
    Key += '\0' + Flag;
  return joinPath(Folder, utohexstr(xxh3_64bits(Key)) + ".h");
}

/// What the making of the opening of \p Saw read, if nothing of it has changed.
static std::optional<ReadLog> readsIn(const std::string &Saw, bool Check) {
  auto Log = MemoryBuffer::getFile(Saw);
  StringRef Lines = Log ? (*Log)->getBuffer() : StringRef();
  ReadLog Reads;
  FileStates Now;
  if (!Reads.take(Lines) || (Check && !Reads.holds(Now)))
    return std::nullopt;
  return Reads;
}

Preambles::Preambles(const ScanPlan &Plan, ArrayRef<size_t> Units,
                     const IntrusiveRefCntPtr<vfs::FileSystem> &Files,
                     ReadLog &Reads) {
  if (Plan.OpeningDir.empty())
    return;
  Groups All = groupsOf(Plan, Units, *Files);
  for (const Group *G : worthwhile(All)) {
    // Clang wants to find again what a precompiled header was made of.
    std::string Input = keptHeader(*G, Plan.OpeningDir);
    std::string Output = Input + ".pch", Saw = Input + ".reads";
    std::optional<ReadLog> Read = readsIn(Saw, /*Check=*/true);
    if (!Read) {
      int Fd = -1;
      if (sys::fs::openFileForWrite(Input, Fd))
        return;
      raw_fd_ostream Out(Fd, /*shouldClose=*/true);
      Out << G->first.second;
      Out.close();
      if (Out.has_error()) { // no room; one left alone would end us
        Out.clear_error();
        return;
      }
      if (!precompile(Plan, Plan.Units[G->second.front()], Files, Reads, Input,
                      Output, Saw))
        continue;
      Read = readsIn(Saw, /*Check=*/false);
    }
    // Nobody could tell when facts made with it are out of date.
    if (!Read)
      continue;
    Opening &New = Made.emplace_back(Opening{Input, Output, *Read});
    for (size_t Unit : G->second)
      ByUnit[Unit] = &New;
  }
}

const Preambles::Opening *Preambles::of(size_t Unit) const {
  auto It = ByUnit.find(Unit);
  return It == ByUnit.end() ? nullptr : It->second;
}

} // namespace ungil
