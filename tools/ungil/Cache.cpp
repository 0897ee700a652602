//===- Cache.cpp - `ungil cache` ------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Driver/FactsCache.h"
#include "Driver/Files.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>

using namespace ungil;

std::string ungil::cacheFolder(const std::string &Asked,
                               const std::string &Root) {
  if (Asked.empty())
    return defaultCacheFolder(Root);
  llvm::SmallString<256> Full(Asked);
  (void)llvm::sys::fs::make_absolute(Full);
  return std::string(Full);
}

namespace {

struct CacheOptions {
  std::string Path = ".", Folder;
  bool Prune = false, Clear = false;
};

std::string amount(const CacheSize &Size) {
  return std::to_string(Size.Files) +
         (Size.Files == 1 ? " file, " : " files, ") +
         std::to_string((Size.Bytes + 1023) / 1024) + " KB";
}

int cache(const CacheOptions &Options) {
  std::string Folder =
      cacheFolder(Options.Folder, projectTop(canonicalFolder(Options.Path)));
  if (Folder.empty())
    return fail("there is no place for a cache: set UNGIL_CACHE_DIR");
  if (Options.Prune || Options.Clear) {
    CacheSize Gone = pruneCache(Folder, Options.Clear ? 0 : CacheLimit);
    llvm::outs() << "removed " << amount(Gone) << '\n';
  }
  llvm::outs() << Folder << ": " << amount(cacheSize(Folder)) << '\n';
  return ExitClean;
}

} // namespace

void ungil::addCache(CLI::App &App, int &Exit) {
  auto Options = std::make_shared<CacheOptions>();
  CLI::App *Command =
      App.add_subcommand("cache", "Show or empty the facts kept between scans");
  Command->add_option("path", Options->Path, "Folder that is scanned")
      ->type_name("FOLDER")
      ->capture_default_str();
  Command->add_option("--cache-dir", Options->Folder, "Folder of the cache")
      ->type_name("FOLDER")
      ->envname("UNGIL_CACHE_DIR");
  Command->add_flag("--prune", Options->Prune,
                    "Remove what was not used for longest, down to " +
                        std::to_string(CacheLimit >> 20) + " MB");
  Command->add_flag("--clear", Options->Clear, "Remove all of it");
  Command->callback([Options, &Exit] { Exit = cache(*Options); });
}
