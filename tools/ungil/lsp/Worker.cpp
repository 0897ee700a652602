//===- Worker.cpp - a process that can be ended ---------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lsp/Worker.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ungil::lsp;

namespace {

/// Behind the text of a child that got to its end.
constexpr char Whole = '\n';

[[noreturn]] void run(llvm::function_ref<std::string()> Work, int Pipe) {
  // A group of its own, so that it can be ended with its children.
  ::setpgid(0, 0);
  if (int Null = ::open("/dev/null", O_RDWR); Null >= 0) {
    ::dup2(Null, STDIN_FILENO);
    ::dup2(Null, STDOUT_FILENO);
  }
  std::string Data = Work() + Whole;
  size_t Done = 0;
  while (Done < Data.size()) {
    ssize_t N = ::write(Pipe, Data.data() + Done, Data.size() - Done);
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0)
      break;
    Done += static_cast<size_t>(N);
  }
  llvm::errs().flush();
  ::_exit(Done == Data.size() ? 0 : 1);
}

} // namespace

Worker::Worker(llvm::function_ref<std::string()> Work) {
  int Ends[2];
  if (::pipe2(Ends, O_CLOEXEC) != 0)
    return;
  llvm::outs().flush();
  llvm::errs().flush();
  std::fflush(nullptr);
  Child = ::fork();
  if (Child == 0) {
    ::close(Ends[0]);
    run(Work, Ends[1]);
  }
  ::close(Ends[1]);
  Pipe = Ends[0];
  // Also here, for the child may be ended before it gets to it.
  if (Child > 0)
    ::setpgid(Child, Child);
}

Worker::~Worker() {
  if (Child > 0) {
    ::kill(-Child, SIGKILL);
    wait();
  }
  if (Pipe >= 0)
    ::close(Pipe);
}

bool Worker::read() {
  char Bytes[1 << 16];
  ssize_t N = ::read(Pipe, Bytes, sizeof(Bytes));
  if (N > 0)
    Data.append(Bytes, static_cast<size_t>(N));
  return N == 0 || (N < 0 && errno != EINTR);
}

/// Did the child end well?
bool Worker::wait() {
  int Status = 0;
  pid_t Waited = -1;
  while ((Waited = ::waitpid(Child, &Status, 0)) < 0 && errno == EINTR)
    ;
  Child = -1;
  return Waited > 0 && WIFEXITED(Status) && WEXITSTATUS(Status) == 0;
}

std::optional<std::string> Worker::result() {
  if (Child <= 0 || !wait() || Data.empty() || Data.back() != Whole)
    return std::nullopt;
  Data.pop_back();
  return std::move(Data);
}
