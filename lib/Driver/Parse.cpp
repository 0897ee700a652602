//===- Parse.cpp - units to facts, in processes -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each unit is parsed in a child of this process and sends its facts back
// through a pipe. A fork of this small process costs less than what Clang
// would need to free its memory, and a unit that crashes, hangs or eats the
// stack costs only itself. Children of units that begin alike are copies of one
// that has read the beginning (Trunk.h).
//
//===----------------------------------------------------------------------===//

#include "Driver/BuiltinHeaders.h"
#include "Driver/Driver.h"
#include "Driver/FactsCache.h"
#include "Driver/Files.h"
#include "Driver/FrontEnd.h"
#include "Driver/Limits.h"
#include "Driver/Preamble.h"
#include "Driver/ReadLog.h"
#include "Driver/Trunk.h"
#include "Facts/Serialize.h"
#include "Support/Input.h"
#include "Support/Printable.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <list>
#include <optional>
#include <poll.h>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using Clock = std::chrono::steady_clock;

namespace ungil {
namespace {

/// A child writes into its pipe and, where it may be its last words, to
/// standard error.
constexpr uint64_t MaxLastWords = uint64_t(1) << 16;

/// First byte of what a child sends.
enum Reply : char { GotFacts = 'F', GotMessage = 'M' };

struct Child {
  pid_t Pid = -1;
  int Pipe = -1;
  std::FILE *Stderr = nullptr; ///< what the child wrote there
  size_t Unit = 0;
  Clock::time_point Deadline;
  bool Killed = false;
  std::string Data;
};

/// One sentence when \p File is no text a compiler could read; empty: it is.
std::string whyUnreadable(const std::string &File) {
  auto Buffer = readInput(File);
  if (!Buffer)
    return toString(Buffer.takeError());
  if (isBinary((*Buffer)->getBuffer()))
    return "the file is binary, not C or C++ source";
  return "";
}

bool writeAll(int Fd, StringRef Bytes) {
  while (!Bytes.empty()) {
    ssize_t N = ::write(Fd, Bytes.data(), Bytes.size());
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0)
      return false;
    Bytes = Bytes.drop_front(size_t(N));
  }
  return true;
}

/// What children do first.
void becomeChild(const ScanPlan &Plan) {
  // Crash handlers of the parent would print a stack trace for each unit.
  for (int Signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP})
    std::signal(Signal, SIG_DFL);
  // The front end must not read what the user types, nor write between our
  // findings.
  if (int Null = ::open("/dev/null", O_RDWR); Null >= 0)
    for (int Fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      ::dup2(Null, Fd);
  limitChild(Plan.MemoryMiB, MaxLastWords);
}

/// The rest of the child's life. With \p Shared it runs \p For first, whose
/// beginning it reads, and ends for other errands in other processes.
[[noreturn]] void runChild(const ScanPlan &Plan, Errand For,
                           const IntrusiveRefCntPtr<vfs::FileSystem> &Files,
                           ReadLog &Reads, const Preambles::Opening *Opening,
                           Trunk *Shared) {
  if (For.Stderr >= 0)
    ::dup2(For.Stderr, STDERR_FILENO);
  TuFacts Facts;
  std::vector<std::string> StandInTypes;
  std::string Message;
  bool Ok = false;
  Reads.clear(); // of what the parent read
  StringRef Preamble = Opening ? StringRef(Opening->File) : StringRef();
  bool Parsed = runFrontEnd(Plan, Plan.Units[For.Unit], Files, Preamble, Shared,
                            Facts, StandInTypes, Message);
  if (Shared)
    For = Shared->errand();
  if (Parsed) {
    if (Opening) {
      Reads.forget(Opening->Source);
      Reads.add(Opening->Reads);
    }
    Ok = writeAll(For.Pipe, std::string(1, GotFacts) + Reads.text() +
                                llvm::join(StandInTypes, ",") + "\n" +
                                serialize(Facts));
  } else
    Ok = writeAll(For.Pipe, std::string(1, GotMessage) + Message);
  ::_exit(Ok ? 0 : 1);
}

/// What a crashed child said last: an assertion, a fatal error.
std::string lastWords(std::FILE *Stderr) {
  if (!Stderr)
    return "";
  char Text[4096];
  if (std::fseek(Stderr, 0, SEEK_SET) != 0)
    return "";
  size_t Size = std::fread(Text, 1, sizeof(Text), Stderr);
  StringRef Line = StringRef(Text, Size).split('\n').first.trim();
  return Line.take_front(300).str();
}

class Pool {
  const ScanPlan &Plan;
  ReadLog Reads; ///< of this process; a child begins its own
  IntrusiveRefCntPtr<vfs::FileSystem> Files;
  std::optional<FactsCache> Cache;
  std::vector<UnitResult> Results;
  std::vector<size_t> Left; ///< units that are not in the cache
  std::optional<Preambles> Openings;
  std::optional<Trunks> Shared;
  std::list<Child> Running;
  size_t Next = 0; ///< of Left
  size_t Done = 0;
  bool Progress;

  void lookUp();
  bool start(size_t Unit);
  void startMore();
  int waitTime() const;
  void wait();
  void killLate();
  bool readFrom(Child &C);
  static bool readFacts(StringRef Data, UnitResult &Result);
  std::string whyEnded(int Status, const std::string &LastWords) const;
  bool takeFacts(StringRef Data, size_t Unit);
  void finish(Child &C);
  void report(size_t Unit);

public:
  explicit Pool(const ScanPlan &Plan)
      : Plan(Plan), Results(Plan.Units.size()),
        Progress(Plan.Progress && sys::Process::StandardErrIsDisplayed()) {
    IntrusiveRefCntPtr<vfs::FileSystem> Real = vfs::getRealFileSystem();
    if (!Plan.CacheDir.empty())
      Cache.emplace(Plan);
    if (Cache || Plan.ListReads || !Plan.OpeningDir.empty())
      Real = logged(std::move(Real), Reads);
    Files = fileSystemWithBuiltins(std::move(Real), Plan.Edited);
  }
  std::vector<UnitResult> run();
};

/// Takes the facts of earlier scans; what is left is to be parsed.
void Pool::lookUp() {
  for (size_t I = 0; I != Results.size(); ++I) {
    UnitResult &Result = Results[I];
    ReadLog Saw;
    if (Cache)
      if (auto Kept = Cache->find(Plan.Units[I], Saw);
          Kept && readFacts(*Kept, Result)) {
        Result.FromCache = true;
        if (Plan.ListReads)
          Result.Reads = Saw.files();
        ++Done;
        continue;
      }
    Result.Facts = TuFacts();
    Result.Facts.MainFile = Plan.Units[I].File;
    Left.push_back(I);
  }
}

void Pool::report(size_t Unit) {
  if (!Progress)
    return;
  StringRef File = Plan.Units[Unit].File;
  if (isWithin(File, Plan.Root) && File.size() > Plan.Root.size())
    File = File.drop_front(Plan.Root.size()).ltrim('/');
  errs() << "\r[" << Done << '/' << Plan.Units.size() << "] "
         << printable(File.take_back(60)) << "\x1b[K";
  errs().flush();
}

/// False when the system has no process for it now.
bool Pool::start(size_t Unit) {
  int Ends[2];
  if (::pipe(Ends) != 0)
    return false;
  std::FILE *Stderr = std::tmpfile();
  errs().flush();
  outs().flush();
  std::fflush(nullptr);
  Errand For{Unit, Ends[1], Stderr ? ::fileno(Stderr) : -1};
  const Preambles::Opening *Opening = Openings->of(Unit);
  pid_t Pid = Opening || !Stderr ? -1 : Shared->branch(For);
  if (Pid < 0)
    Pid = ::fork();
  if (Pid == 0) {
    ::close(Ends[0]);
    // Pipes of its brothers, so that they end when their writers do.
    for (const Child &C : Running)
      ::close(C.Pipe);
    becomeChild(Plan);
    runChild(Plan, For, Files, Reads, Opening, /*Shared=*/nullptr);
  }
  ::close(Ends[1]);
  if (Pid < 0) {
    ::close(Ends[0]);
    if (Stderr)
      std::fclose(Stderr);
    return false;
  }
  Child &C = Running.emplace_back();
  C.Pid = Pid;
  C.Pipe = Ends[0];
  C.Stderr = Stderr;
  C.Unit = Unit;
  C.Deadline = Clock::now() + std::chrono::seconds(Plan.TimeoutSeconds);
  return true;
}

void Pool::startMore() {
  unsigned Jobs = std::max(1u, Plan.Jobs);
  while (Running.size() < Jobs && Next < Left.size()) {
    UnitResult &Result = Results[Left[Next]];
    Result.Message = whyUnreadable(Plan.Units[Left[Next]].File);
    if (!Result.Message.empty()) {
      Result.How = UnitResult::State::Unreadable;
    } else if (!start(Left[Next])) {
      // With children running there will be room later; alone there is none.
      if (!Running.empty())
        return;
      Result.How = UnitResult::State::Crashed;
      Result.Message = std::string("no process could be started for it (") +
                       std::strerror(errno) + ")";
    } else {
      ++Next;
      continue;
    }
    ++Done;
    ++Next;
  }
}

int Pool::waitTime() const {
  if (!Plan.TimeoutSeconds)
    return -1;
  auto First = Clock::time_point::max();
  for (const Child &C : Running)
    First = std::min(First, C.Deadline);
  auto Left = std::chrono::duration_cast<std::chrono::milliseconds>(
      First - Clock::now());
  return int(std::clamp<long long>(Left.count() + 1, 0, 60000));
}

void Pool::killLate() {
  if (!Plan.TimeoutSeconds)
    return;
  for (Child &C : Running)
    if (!C.Killed && Clock::now() >= C.Deadline) {
      C.Killed = true;
      ::kill(C.Pid, SIGKILL);
    }
}

/// False at the end of what the child sends.
bool Pool::readFrom(Child &C) {
  char Bytes[1 << 16];
  ssize_t N = ::read(C.Pipe, Bytes, sizeof(Bytes));
  if (N > 0)
    C.Data.append(Bytes, size_t(N));
  return N > 0 || (N < 0 && errno == EINTR);
}

/// Names of stand-ins on one line, then the facts.
bool Pool::readFacts(StringRef Data, UnitResult &Result) {
  auto [Names, Facts] = Data.split('\n');
  SmallVector<StringRef> Types;
  Names.split(Types, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef Type : Types)
    Result.StandInTypes.push_back(Type.str());
  return deserialize(std::string_view(Facts), Result.Facts);
}

/// What the child read, then its facts, which the cache keeps.
bool Pool::takeFacts(StringRef Data, size_t Unit) {
  ReadLog Saw;
  bool Whole = Saw.take(Data);
  if (!readFacts(Data, Results[Unit]))
    return false;
  if (Plan.ListReads)
    Results[Unit].Reads = Saw.files();
  // What is edited in memory is on its way to something else.
  if (Cache && Whole && !Cache->failed() && Plan.Edited.empty())
    Results[Unit].NotKept = Cache->store(Plan.Units[Unit], Saw, Data);
  return true;
}

std::string Pool::whyEnded(int Status, const std::string &LastWords) const {
  if (WIFEXITED(Status) && WEXITSTATUS(Status) == OutOfMemoryExit)
    return outOfMemory(Plan.MemoryMiB);
  std::string Why = "the front end crashed";
  if (WIFSIGNALED(Status))
    Why += std::string(" (") + ::strsignal(WTERMSIG(Status)) + ")";
  return LastWords.empty() ? Why : Why + ": " + LastWords;
}

void Pool::finish(Child &C) {
  ::close(C.Pipe);
  int Status = 0;
  while (::waitpid(C.Pid, &Status, 0) < 0 && errno == EINTR)
    ;
  UnitResult &Result = Results[C.Unit];
  bool Clean = WIFEXITED(Status) && WEXITSTATUS(Status) == 0;
  StringRef Data = C.Data;
  if (C.Killed) {
    Result.How = UnitResult::State::TimedOut;
    Result.Message =
        "not finished after " + utostr(Plan.TimeoutSeconds) + " seconds";
  } else if (Clean && Data.consume_front(StringRef("M"))) {
    Result.How = UnitResult::State::Unreadable;
    Result.Message = Data.str();
  } else if (!Clean || !Data.consume_front(StringRef("F")) ||
             !takeFacts(Data, C.Unit)) {
    Result.How = UnitResult::State::Crashed;
    Result.Facts = TuFacts();
    Result.StandInTypes.clear();
    Result.Facts.MainFile = Plan.Units[C.Unit].File;
    Result.Message = whyEnded(Status, lastWords(C.Stderr));
  }
  if (C.Stderr)
    std::fclose(C.Stderr);
}

void Pool::wait() {
  std::vector<pollfd> Polls;
  for (const Child &C : Running)
    Polls.push_back({C.Pipe, POLLIN, 0});
  int Ready = ::poll(Polls.data(), Polls.size(), waitTime());
  killLate();
  if (Ready <= 0)
    return;
  std::list<Child> Ended;
  size_t I = 0;
  for (auto It = Running.begin(); It != Running.end(); ++I) {
    auto Here = It++;
    if (Polls[I].revents && !readFrom(*Here))
      Ended.splice(Ended.end(), Running, Here);
  }
  // The next units start before the facts of the last are read.
  startMore();
  for (Child &C : Ended) {
    finish(C);
    ++Done;
    report(C.Unit);
  }
}

std::vector<UnitResult> Pool::run() {
  lookUp();
  Openings.emplace(Plan, Left, Files, Reads);
  Shared.emplace(Plan, Left, *Files, [this](Trunk &T) {
    becomeChild(Plan);
    runChild(Plan, {T.opening().Unit}, Files, Reads, nullptr, &T);
  });
  Left = Shared->units();
  startMore();
  while (!Running.empty()) {
    wait();
    startMore();
  }
  Shared.reset();
  if (Progress && !Plan.Units.empty())
    errs() << "\r\x1b[K";
  if (Cache && Cache->grew())
    pruneCache(Plan.CacheDir, CacheLimit);
  return std::move(Results);
}

} // namespace

std::vector<UnitResult> parse(const ScanPlan &Plan) { return Pool(Plan).run(); }

static std::string counted(size_t N, StringRef What) {
  return utostr(N) + " " + What.str() + (N == 1 ? "" : "s");
}

std::vector<Remark> remarksOn(const std::vector<UnitResult> &Results) {
  std::vector<Remark> Out;
  size_t Files = 0;
  std::set<std::string> Types;
  for (const UnitResult &R : Results) {
    if (!R.NotKept.empty())
      Out.push_back({Severity::Note, "",
                     "facts are not kept for the next scan: " + R.NotKept +
                         "; --cache-dir names another folder, --no-cache "
                         "none"});
    Files += !R.StandInTypes.empty();
    Types.insert(R.StandInTypes.begin(), R.StandInTypes.end());
  }
  if (Files)
    Out.push_back({Severity::Note, "",
                   counted(Files, "file") + " read with stand-ins for " +
                       counted(Types.size(), "type") +
                       " of missing headers; installing the headers, or "
                       "scanning with a compilation database, shows more"});
  return Out;
}

} // namespace ungil
