//===- ClangCompat.h - one source for LLVM 19 and 22 ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every difference between the Clang versions we build with is bridged here
// and nowhere else; the rest of the code is written for the newest. Only
// Driver, Extract and tools/tidy may include this.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_CLANGCOMPAT_H
#define UNGIL_SUPPORT_CLANGCOMPAT_H

#include "clang/AST/Attr.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/DiagnosticIDs.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/Version.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#if CLANG_VERSION_MAJOR >= 22
#include "clang/Driver/CreateInvocationFromArgs.h"
#else
#include "clang/Frontend/Utils.h"
#endif
#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/Support/VirtualFileSystem.h"
#include <memory>
#include <string>
#include <vector>

namespace ungil::compat {

using VirtualFiles = llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>;

/// DiagnosticOptions are held by reference since 21, by pointer before; the
/// caller's compiler instance makes its own, so these are for the driver's
/// messages only and live as long as the process.
inline llvm::IntrusiveRefCntPtr<clang::DiagnosticsEngine>
createDiagnostics(clang::DiagnosticConsumer &Client) {
  auto Ids = llvm::makeIntrusiveRefCnt<clang::DiagnosticIDs>();
#if CLANG_VERSION_MAJOR >= 21
  static clang::DiagnosticOptions Options;
  return llvm::makeIntrusiveRefCnt<clang::DiagnosticsEngine>(
      Ids, Options, &Client, /*ShouldOwnClient=*/false);
#else
  return llvm::makeIntrusiveRefCnt<clang::DiagnosticsEngine>(
      Ids, llvm::makeIntrusiveRefCnt<clang::DiagnosticOptions>(), &Client,
      /*ShouldOwnClient=*/false);
#endif
}

/// The invocation the clang driver would make of \p Line; null when it would
/// make none.
inline std::unique_ptr<clang::CompilerInvocation>
createInvocation(const std::vector<std::string> &Line, VirtualFiles Files,
                 clang::DiagnosticConsumer &Client) {
  std::vector<const char *> Args;
  for (const std::string &A : Line)
    Args.push_back(A.c_str());
  clang::CreateInvocationOptions Options;
  Options.Diags = createDiagnostics(Client);
  Options.VFS = std::move(Files);
  Options.RecoverOnError = true;
  return clang::createInvocation(Args, std::move(Options));
}

/// A compiler for \p Invocation that reads \p Files and reports to \p Client.
inline std::unique_ptr<clang::CompilerInstance>
createInstance(std::shared_ptr<clang::CompilerInvocation> Invocation,
               VirtualFiles Files, clang::DiagnosticConsumer &Client) {
#if CLANG_VERSION_MAJOR >= 21
  auto Clang = std::make_unique<clang::CompilerInstance>(std::move(Invocation));
  Clang->setVirtualFileSystem(std::move(Files));
  Clang->createDiagnostics(&Client, /*ShouldOwnClient=*/false);
  Clang->createFileManager();
#else
  auto Clang = std::make_unique<clang::CompilerInstance>();
  Clang->setInvocation(std::move(Invocation));
  Clang->createDiagnostics(&Client, /*ShouldOwnClient=*/false);
  Clang->createFileManager(std::move(Files));
#endif
  return Clang;
}

/// `exclusive_trylock_function`, `assert_shared_lock` and their like: other
/// spellings of try_acquire and assert_capability since 22, attributes of their
/// own before. Calls \p Try or \p Assert with the attribute and whether it
/// speaks of shared locks; false when \p A is none of them.
template <class Try, class Assert>
bool visitOldCapability([[maybe_unused]] const clang::Attr *A,
                        [[maybe_unused]] Try OnTry,
                        [[maybe_unused]] Assert OnAssert) {
#if CLANG_VERSION_MAJOR < 22
  if (const auto *T = llvm::dyn_cast<clang::ExclusiveTrylockFunctionAttr>(A))
    OnTry(T, false);
  else if (const auto *T = llvm::dyn_cast<clang::SharedTrylockFunctionAttr>(A))
    OnTry(T, true);
  else if (const auto *S = llvm::dyn_cast<clang::AssertExclusiveLockAttr>(A))
    OnAssert(S, false);
  else if (const auto *S = llvm::dyn_cast<clang::AssertSharedLockAttr>(A))
    OnAssert(S, true);
  else
    return false;
  return true;
#else
  return false;
#endif
}

} // namespace ungil::compat

#endif
