//===- Confine.cpp - flags that only say how to read ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Confine.h"
#include "Driver/Files.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Basic/LangOptions.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/DependencyOutputOptions.h"
#include "clang/Frontend/FrontendOptions.h"
#include "clang/Lex/HeaderSearchOptions.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/FileSystem.h"
#include <system_error>
#include <utility>

using namespace llvm;

namespace ungil {

//===-- Response files ----------------------------------------------------===//

namespace {
class FilesBelow : public vfs::ProxyFileSystem {
public:
  explicit FilesBelow(std::vector<std::string> Folders)
      : ProxyFileSystem(vfs::getRealFileSystem()), Folders(std::move(Folders)) {
  }

  ErrorOr<vfs::Status> status(const Twine &Path) override {
    SmallString<256> Real;
    auto Status = ProxyFileSystem::status(Path);
    if (!Status || !Status->isRegularFile() || Status->getSize() > MaxBytes ||
        Opened >= MaxOpened || sys::fs::real_path(Path, Real) ||
        !isWithinAny(Real, Folders))
      return make_error_code(errc::no_such_file_or_directory);
    return Status;
  }

  ErrorOr<std::unique_ptr<vfs::File>>
  openFileForRead(const Twine &Path) override {
    if (auto Status = status(Path); !Status)
      return Status.getError();
    ++Opened;
    return ProxyFileSystem::openFileForRead(Path);
  }

private:
  static constexpr uint64_t MaxBytes = uint64_t(1) << 20;
  /// A command or two per source file has one.
  static constexpr unsigned MaxOpened = 10000;

  std::vector<std::string> Folders;
  unsigned Opened = 0;
};
} // namespace

IntrusiveRefCntPtr<vfs::FileSystem>
filesBelow(std::vector<std::string> Folders) {
  return makeIntrusiveRefCnt<FilesBelow>(std::move(Folders));
}

//===-- The driver --------------------------------------------------------===//

namespace {
struct Action {
  StringLiteral Prefix;
  bool TakesNext; ///< when it stands alone
};
} // namespace

/// Writes a file while jobs are planned, reads more flags from elsewhere, or
/// asks programs which graphics cards there are; more than one job is none.
/// What GCC alone knows would leave its value behind as another source.
static constexpr Action Actions[] = {{"-MJ", true},
                                     {"-gen-cdb-fragment-path", true},
                                     {"--gen-cdb-fragment-path", true},
                                     {"--config", true},
                                     {"-B", true},
                                     {"--prefix", true},
                                     {"-ccc-", true},
                                     {"-wrapper", true},
                                     {"-load", true},
                                     {"-index-store-path", true},
                                     {"-dumpbase", true},
                                     {"-dumpdir", true},
                                     {"-aux-info", true},
                                     {"@", false},
                                     {"-fopenmp-targets", false},
                                     {"--offload", false},
                                     {"-offload", false},
                                     {"--cuda-gpu-arch", false},
                                     {"-save-temps", false},
                                     {"--save-temps", false},
                                     {"-fproc-stat-report", false}};

/// Flags in front of what may look like one of those.
static constexpr StringLiteral TakeValues[] = {
    "-D",         "-U",       "-I",       "-isystem",  "-iquote",
    "-idirafter", "-include", "-imacros", "-isysroot", "-x",
    "-o",         "-mllvm",   "-Xclang"};

std::vector<std::string> withoutActions(ArrayRef<std::string> Args,
                                        std::vector<std::string> &LeftOut) {
  std::vector<std::string> Kept;
  for (size_t I = 0; I < Args.size(); ++I) {
    StringRef A = Args[I];
    // What belongs to the flag in front of it is no flag.
    bool IsValue = I && is_contained(TakeValues, StringRef(Args[I - 1]));
    const Action *Found =
        IsValue ? std::end(Actions) : find_if(Actions, [&](const Action &One) {
          return A.starts_with(One.Prefix);
        });
    if (Found == std::end(Actions)) {
      Kept.push_back(Args[I]);
      continue;
    }
    LeftOut.push_back(Args[I]);
    I += Found->TakesNext &&
         (A == Found->Prefix || Found->Prefix == StringRef("-ccc-"));
  }
  return Kept;
}

//===-- The front end -----------------------------------------------------===//

/// The driver reads `-include x.h` from x.h.pch where there is one; that of
/// another compiler, or made with other flags, is no use.
static void includeText(clang::PreprocessorOptions &Opts) {
  StringRef Text = Opts.ImplicitPCHInclude;
  if ((Text.consume_back(".pch") || Text.consume_back(".gch")) &&
      isRegularFile(Text))
    Opts.Includes.insert(Opts.Includes.begin(), Text.str());
  Opts.ImplicitPCHInclude.clear();
}

void confine(clang::CompilerInvocation &Invocation) {
  clang::FrontendOptions &Front = Invocation.getFrontendOpts();
  Front.Plugins.clear();
  Front.AddPluginActions.clear();
  Front.LLVMArgs.clear();
  Front.OutputFile.clear();
  Front.StatsFile.clear();
  Front.TimeTracePath.clear();
  Invocation.getDependencyOutputOpts() = clang::DependencyOutputOptions();
  clang::DiagnosticOptions &Diagnostics = Invocation.getDiagnosticOpts();
  Diagnostics.DiagnosticLogFile.clear();
  Diagnostics.DiagnosticSerializationFile.clear();
  Diagnostics.VerifyDiagnostics = false;
  // Modules would be compiled into a cache.
  clang::LangOptions &Language = Invocation.getLangOpts();
  Language.Modules = false;
  Language.ImplicitModules = false;
  Invocation.getHeaderSearchOpts().ModuleCachePath.clear();
  includeText(Invocation.getPreprocessorOpts());
}

} // namespace ungil
