//===- Preamble.cpp - what units of a scan read first -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Preamble.h"
#include "Driver/Files.h"
#include "Driver/FrontEnd.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace ungil {
namespace {

/// The text up to the first line that is neither blank nor a directive, with
/// comments cut out.
std::vector<std::string> leadingDirectives(StringRef Text) {
  std::vector<std::string> Lines;
  std::string Line;
  auto Skip = [&](size_t N) {
    Text = Text.drop_front(std::min(N, Text.size()));
  };
  Text.consume_front("\xef\xbb\xbf");
  while (!Text.empty()) {
    if (Text.starts_with("/*")) {
      size_t End = Text.find("*/", 2);
      if (End == StringRef::npos)
        return Lines;
      Skip(End + 2);
      Line += ' ';
    } else if (Text.starts_with("//")) {
      Skip(Text.find('\n'));
    } else if (Text.starts_with("\\\n")) {
      Skip(2);
      Line += ' ';
    } else if (Text.front() == '\n') {
      Skip(1);
      StringRef Whole = StringRef(Line).trim();
      if (!Whole.empty() && Whole.front() != '#')
        return Lines;
      if (!Whole.empty())
        Lines.push_back(Whole.str());
      Line.clear();
    } else {
      Line += Text.front();
      Skip(1);
    }
    // A string literal could hide what looks like a comment; openings with
    // more than a few of them are not shared anyway.
    if (Line.size() > 4096)
      return Lines;
  }
  return Lines;
}

} // namespace

std::string openingOf(StringRef Text) {
  std::string Opening;
  unsigned Depth = 0;
  for (const std::string &Line : leadingDirectives(Text.take_front(1 << 16))) {
    StringRef Word = StringRef(Line).drop_front().ltrim();
    if (Word.starts_with("if"))
      ++Depth;
    else if (Word.starts_with("endif") && Depth)
      --Depth;
    if (!Word.consume_front("include")) {
      Opening += Line + "\n";
      continue;
    }
    Word = Word.trim();
    // Another header first, or one that is only read in some configurations.
    bool Python = Word == "<Python.h>" || Word == "\"Python.h\"";
    return Python && !Depth ? Opening + "#include <Python.h>\n" : "";
  }
  return "";
}

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

Preambles::Preambles(const ScanPlan &Plan, ArrayRef<size_t> Units,
                     const IntrusiveRefCntPtr<vfs::FileSystem> &Files,
                     ReadLog &Reads) {
  // Making one costs little more than the parse it saves in each unit.
  constexpr size_t Enough = 3, Most = 4;
  std::map<std::pair<std::vector<std::string>, std::string>,
           std::vector<size_t>>
      Groups;
  for (size_t I : Units) {
    const TranslationUnit &Unit = Plan.Units[I];
    SmallString<256> Local(Unit.File);
    sys::path::remove_filename(Local);
    sys::path::append(Local, "Python.h");
    auto Text = Files->getBufferForFile(Unit.File);
    if (!Text || isRegularFile(std::string(Local)))
      continue;
    std::string Opening = openingOf((*Text)->getBuffer());
    std::vector<std::string> Flags = Unit.Args;
    Flags.push_back(kindOf(Unit.File) == FileKind::Cxx ? "c++" : "c");
    // Relative folders among the flags mean another place elsewhere.
    Flags.push_back(Unit.Directory);
    if (!Opening.empty())
      Groups[{std::move(Flags), std::move(Opening)}].push_back(I);
  }
  std::vector<std::pair<const std::string *, const std::vector<size_t> *>> Best;
  for (const auto &[Key, Alike] : Groups)
    if (Alike.size() >= Enough)
      Best.push_back({&Key.second, &Alike});
  std::stable_sort(Best.begin(), Best.end(), [](const auto &A, const auto &B) {
    return A.second->size() > B.second->size();
  });
  if (Best.size() > Most)
    Best.resize(Most);
  for (const auto &[Text, Alike] : Best) {
    // Clang wants to find again what a precompiled header was made of.
    SmallString<128> Header;
    int Fd = -1;
    if (sys::fs::createTemporaryFile("ungil-opening", "h", Fd, Header))
      return;
    raw_fd_ostream(Fd, /*shouldClose=*/true) << *Text;
    std::string Input(Header), Output = Input + ".pch", Saw = Input + ".reads";
    Temporary.insert(Temporary.end(), {Input, Output, Saw});
    if (!precompile(Plan, Plan.Units[Alike->front()], Files, Reads, Input,
                    Output, Saw))
      continue;
    Opening &New = Made.emplace_back(Opening{Input, Output, {}});
    auto Log = MemoryBuffer::getFile(Saw);
    StringRef Lines = Log ? (*Log)->getBuffer() : StringRef();
    // Nobody could tell when facts made with it are out of date.
    if (!New.Reads.take(Lines)) {
      Made.pop_back();
      continue;
    }
    for (size_t Unit : *Alike)
      ByUnit[Unit] = &New;
  }
}

Preambles::~Preambles() {
  for (const std::string &File : Temporary)
    (void)sys::fs::remove(File);
}

const Preambles::Opening *Preambles::of(size_t Unit) const {
  auto It = ByUnit.find(Unit);
  return It == ByUnit.end() ? nullptr : It->second;
}

} // namespace ungil
