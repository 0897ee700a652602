//===- Processes.cpp - programs under limits ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "batch/Processes.h"
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <list>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace ungil::batch;

namespace {

using Clock = std::chrono::steady_clock;

struct Child {
  pid_t Pid;
  size_t Index;
  Clock::time_point Start;
  bool Late = false;
};

/// In the child: never returns.
[[noreturn]] void become(const Command &What, llvm::ArrayRef<char *> Argv) {
  ::setpgid(0, 0); // so that its workers die with it
  int Null = ::open("/dev/null", O_RDWR);
  int Errors = ::open(What.Errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  ::dup2(Null, STDIN_FILENO);
  ::dup2(Null, STDOUT_FILENO);
  ::dup2(Errors < 0 ? Null : Errors, STDERR_FILENO);
  if (What.Memory) {
    rlimit Limit;
    Limit.rlim_cur = Limit.rlim_max = rlim_t(What.Memory) << 20;
    ::setrlimit(RLIMIT_DATA, &Limit);
  }
  ::execv(Argv[0], const_cast<char **>(Argv.data()));
  ::_exit(127);
}

/// No process: -1.
pid_t start(const Command &What) {
  std::vector<char *> Argv; // before the fork: only the child's own calls after
  for (const std::string &Word : What.Args)
    Argv.push_back(const_cast<char *>(Word.c_str()));
  Argv.push_back(nullptr);
  pid_t Pid = ::fork();
  if (Pid == 0)
    become(What, Argv);
  if (Pid > 0)
    ::setpgid(Pid, Pid); // whoever comes first
  return Pid;
}

/// Has \p C ended? Kills it, with all it started, when it is late.
bool ended(Child &C, const Command &What, Ended &Result) {
  int Status = 0;
  rusage Used{};
  pid_t Pid = ::wait4(C.Pid, &Status, WNOHANG, &Used);
  const std::chrono::duration<double> Ran = Clock::now() - C.Start;
  if (Pid == 0) {
    if (!C.Late && Ran.count() >= What.Timeout) {
      C.Late = true;
      ::kill(-C.Pid, SIGKILL);
    }
    return false;
  }
  ::kill(-C.Pid, SIGKILL); // what it left behind
  Result.Seconds = Ran.count();
  Result.PeakKilobytes = static_cast<uint64_t>(Used.ru_maxrss);
  if (C.Late) {
    Result.State = Ended::How::TimedOut;
  } else if (WIFSIGNALED(Status)) {
    Result.State = Ended::How::Killed;
    Result.Code = WTERMSIG(Status);
  } else {
    Result.Code = WEXITSTATUS(Status);
  }
  return true;
}

} // namespace

void ungil::batch::runAll(
    llvm::ArrayRef<Command> All, unsigned Jobs,
    llvm::function_ref<void(size_t, const Ended &)> Done) {
  std::list<Child> Running;
  for (size_t Next = 0; Next != All.size() || !Running.empty();) {
    while (Next != All.size() && Running.size() < Jobs) {
      pid_t Pid = start(All[Next]);
      if (Pid > 0)
        Running.push_back({Pid, Next, Clock::now()});
      else if (!Running.empty())
        break; // no process now: when one has ended
      else
        Done(Next, {Ended::How::NotStarted, errno});
      ++Next;
    }
    for (auto It = Running.begin(); It != Running.end();) {
      Ended Result;
      if (!ended(*It, All[It->Index], Result)) {
        ++It;
        continue;
      }
      size_t Index = It->Index;
      It = Running.erase(It);
      Done(Index, Result);
    }
    if (!Running.empty())
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}
