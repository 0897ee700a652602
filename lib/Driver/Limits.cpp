//===- Limits.cpp - what a child process may take -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Limits.h"
#include "llvm/Support/Compiler.h"
#include "llvm/Support/ErrorHandling.h"
#include <algorithm>
#include <csignal>
#include <new>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace ungil {

static void lower(int Resource, rlim_t Most) {
  rlimit Limit;
  if (::getrlimit(Resource, &Limit) != 0)
    return;
  Limit.rlim_cur = Limit.rlim_max = std::min(Limit.rlim_max, Most);
  ::setrlimit(Resource, &Limit);
}

void endWithParent() {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

void limitChild(unsigned MemoryMiB, uint64_t FileBytes) {
  endWithParent();
  lower(RLIMIT_CORE, 0);
  std::signal(SIGXFSZ, SIG_IGN); // writing fails instead
  lower(RLIMIT_FSIZE, FileBytes);
  // Sanitizers map terabytes before anything is asked for.
#if !LLVM_ADDRESS_SANITIZER_BUILD && !LLVM_THREAD_SANITIZER_BUILD
  if (MemoryMiB)
    lower(RLIMIT_DATA, rlim_t(MemoryMiB) << 20);
#endif
  // Clang is built without exceptions: nobody could catch one.
  std::set_new_handler([] { ::_exit(OutOfMemoryExit); });
  llvm::install_bad_alloc_error_handler(
      [](void *, const char *, bool) { ::_exit(OutOfMemoryExit); });
}

std::string outOfMemory(unsigned MemoryMiB) {
  // A limit on the scan as a whole may be lower than our own.
  rlimit Limit;
  constexpr rlim_t MiB = rlim_t(1) << 20;
  if (::getrlimit(RLIMIT_DATA, &Limit) == 0 && Limit.rlim_cur != RLIM_INFINITY)
    MemoryMiB = unsigned(
        std::min<rlim_t>(MemoryMiB ? MemoryMiB : ~0U, Limit.rlim_cur / MiB));
  if (!MemoryMiB)
    return "there is not enough memory to read it";
  return "takes more than " + std::to_string(MemoryMiB) +
         " MiB of memory; --memory-limit allows more";
}

} // namespace ungil
