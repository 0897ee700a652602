//===- Trunk.cpp - one parse that becomes several -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Trunk.h"
#include "Driver/Limits.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
// Not on System z, where the arguments are in another order.
#if defined(__linux__) && !defined(__s390__)
#define UNGIL_HAS_CLONE
#include <sched.h>
#include <sys/syscall.h>
#endif

using namespace llvm;

namespace ungil {
namespace {

/// What a trunk is asked for; file descriptors come along.
struct Request {
  uint64_t Grow; ///< 1: read the opening Number; 0: parse the unit Number
  uint64_t Number;
};

#ifdef UNGIL_HAS_CLONE
constexpr bool HasClone = true;
#else
constexpr bool HasClone = false;
#endif

/// A copy of this process with the same parent; -1: there is none.
pid_t copy() {
#ifdef UNGIL_HAS_CLONE
  return pid_t(::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr,
                         nullptr, nullptr));
#else
  return -1;
#endif
}

/// A message and the space for the two descriptors that go with it.
struct Message {
  iovec Text;
  alignas(cmsghdr) char Space[CMSG_SPACE(2 * sizeof(int))] = {};
  msghdr Header = {};

  explicit Message(Request &R) : Text{&R, sizeof(R)} {
    Header.msg_iov = &Text;
    Header.msg_iovlen = 1;
    Header.msg_control = Space;
    Header.msg_controllen = sizeof(Space);
  }
};

bool send(int Socket, Request R, int First, int Second) {
  Message M(R);
  cmsghdr *Rights = CMSG_FIRSTHDR(&M.Header);
  Rights->cmsg_level = SOL_SOCKET;
  Rights->cmsg_type = SCM_RIGHTS;
  Rights->cmsg_len = CMSG_LEN(2 * sizeof(int));
  int Fds[2] = {First, Second};
  std::memcpy(CMSG_DATA(Rights), Fds, sizeof(Fds));
  return ::sendmsg(Socket, &M.Header, MSG_NOSIGNAL) == ssize_t(sizeof(R));
}

/// False when nobody will ask any more.
bool receive(int Socket, Request &R, int (&Fds)[2]) {
  Message M(R);
  ssize_t N = 0;
  while ((N = ::recvmsg(Socket, &M.Header, 0)) < 0 && errno == EINTR)
    ;
  cmsghdr *Rights = N > 0 ? CMSG_FIRSTHDR(&M.Header) : nullptr;
  if (N != ssize_t(sizeof(R)) || !Rights ||
      Rights->cmsg_len != CMSG_LEN(sizeof(Fds)))
    return false;
  std::memcpy(Fds, CMSG_DATA(Rights), sizeof(Fds));
  return true;
}

/// The process that the trunk at \p Socket made; -1: none.
pid_t answer(int Socket) {
  pid_t Pid = -1;
  ssize_t N = 0;
  while ((N = ::read(Socket, &Pid, sizeof(Pid))) < 0 && errno == EINTR)
    ;
  return N == ssize_t(sizeof(Pid)) ? Pid : -1;
}

} // namespace

//===-- The trunk's side --------------------------------------------------===//

bool Trunk::wait() {
  ::alarm(0);
  Request R;
  int Fds[2];
  while (receive(Control, R, Fds)) {
    pid_t Pid = copy();
    if (Pid != 0) {
      ::close(Fds[0]);
      ::close(Fds[1]);
      if (::write(Control, &Pid, sizeof(Pid)) != ssize_t(sizeof(Pid)))
        break;
      continue;
    }
    endWithParent();
    ::close(Control);
    if (R.Grow) {
      Node = R.Number;
      Control = Fds[0];
      ::close(Fds[1]);
      ::alarm(Seconds);
      return false;
    }
    Mine = {R.Number, Fds[0], Fds[1]};
    ::dup2(Mine.Stderr, STDERR_FILENO);
    return true;
  }
  ::_exit(0);
}

//===-- The pool's side ---------------------------------------------------===//

Trunks::Trunks(const ScanPlan &Plan, ArrayRef<size_t> Units,
               vfs::FileSystem &Files, Life Live)
    : Tree(Plan, Units, Files), Live(std::move(Live)),
      Seconds(Plan.TimeoutSeconds) {}

Trunks::~Trunks() {
  while (!Alive.empty())
    fell();
}

/// A trunk that starts from nothing; \p First is what it will be asked for.
Trunks::Living Trunks::plant(size_t Node, const Errand &First) {
  int Ends[2];
  if (!HasClone || ::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, Ends) != 0)
    return {Node, -1, -1};
  outs().flush();
  errs().flush();
  std::fflush(nullptr);
  pid_t Pid = ::fork();
  if (Pid == 0) {
    // It outlives the unit, whose pipe is to end with it.
    for (int Fd : {Ends[0], First.Pipe, First.Stderr})
      ::close(Fd);
    ::alarm(Seconds);
    Trunk T(Tree, Node, Ends[1], Seconds);
    Live(T);
    ::_exit(1);
  }
  ::close(Ends[1]);
  if (Pid > 0)
    return {Node, Pid, Ends[0]};
  ::close(Ends[0]);
  return {Node, -1, -1};
}

/// A trunk that goes on where \p On waits.
Trunks::Living Trunks::graft(const Living &On, size_t Node) {
  int Ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, Ends) != 0)
    return {Node, -1, -1};
  pid_t Pid = send(On.Control, {/*Grow=*/1, Node}, Ends[1], Ends[1])
                  ? answer(On.Control)
                  : -1;
  ::close(Ends[1]);
  if (Pid > 0)
    return {Node, Pid, Ends[0]};
  ::close(Ends[0]);
  return {Node, -1, -1};
}

void Trunks::fell() {
  Living Last = Alive.back();
  Alive.pop_back();
  if (Last.Control >= 0)
    ::close(Last.Control);
  if (Last.Pid < 0)
    return;
  ::kill(Last.Pid, SIGKILL);
  while (::waitpid(Last.Pid, nullptr, 0) < 0 && errno == EINTR)
    ;
}

pid_t Trunks::branch(const Errand &What) {
  std::vector<size_t> Path = Tree.above(What.Unit);
  size_t Common = 0;
  while (Common < std::min(Path.size(), Alive.size()) &&
         Alive[Common].Node == Path[Common])
    ++Common;
  while (Alive.size() > Common)
    fell();
  // One whose opening cannot be read is noticed when it is asked for something:
  // what grows on it is asked of the one before.
  for (size_t I = Common; I != Path.size(); ++I)
    Alive.push_back(I == 0 ? plant(Path[0], What)
                           : (Alive.back().Control >= 0
                                  ? graft(Alive.back(), Path[I])
                                  : Living{Path[I], -1, -1}));
  for (Living &T : reverse(Alive)) {
    if (T.Control < 0)
      continue;
    if (send(T.Control, {/*Grow=*/0, What.Unit}, What.Pipe, What.Stderr))
      if (pid_t Pid = answer(T.Control); Pid > 0)
        return Pid;
    ::close(T.Control);
    T.Control = -1;
  }
  return -1;
}

} // namespace ungil
