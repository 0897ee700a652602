//===- FactsCache.h - facts of earlier scans --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A folder with one file per unit: what the unit's parse sent, and what it saw
// of the file system (ReadLog). The name is a hash of all else that decides:
// this program, the command and the folders of the extension. A file that is
// damaged, or of files that have changed, is as good as none. Files are
// written beside their place and renamed, so that scans may share a folder and
// end at any moment.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_FACTSCACHE_H
#define UNGIL_DRIVER_FACTSCACHE_H

#include "Driver/Driver.h"
#include "Driver/ReadLog.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ungil {

/// Where a scan of \p Root keeps facts unless told otherwise:
/// `.ungil_cache` in a checkout, else a folder below XDG_CACHE_HOME.
std::string defaultCacheFolder(llvm::StringRef Root);

class FactsCache {
public:
  /// The folder is made by the first store().
  explicit FactsCache(const ScanPlan &Plan);

  /// What store() was given for \p Unit, if it would be the same now; \p Reads
  /// becomes what it followed from.
  std::optional<std::string> find(const TranslationUnit &Unit, ReadLog &Reads);

  /// Keeps \p Payload, which followed from \p Reads. Gives the reason when it
  /// cannot; there is no point in trying again.
  std::string store(const TranslationUnit &Unit, const ReadLog &Reads,
                    llvm::StringRef Payload);

  bool failed() const { return Failed; }
  /// Was anything stored?
  bool grew() const { return Grew; }

private:
  std::string fileOf(const TranslationUnit &Unit) const;

  std::string Folder;
  std::string Common; ///< what goes into the name of every file
  FileStates Now;
  bool Failed = false, Grew = false;
};

/// What a folder of facts holds.
struct CacheSize {
  unsigned Files = 0;
  uint64_t Bytes = 0;
};
CacheSize cacheSize(llvm::StringRef Folder);

/// What scans let a folder grow to; they use about 20 KB for a unit.
inline constexpr uint64_t CacheLimit = uint64_t(512) << 20;

/// Removes the files of \p Folder that were not used for longest until no more
/// than \p Limit bytes are left. Returns what went.
CacheSize pruneCache(llvm::StringRef Folder, uint64_t Limit);

} // namespace ungil

#endif
