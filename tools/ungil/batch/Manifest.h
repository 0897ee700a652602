//===- Manifest.h - which extensions to scan --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The file that `ungil batch` is given:
//
//   timeout = 600                    # of all: seconds, and megabytes
//   memory = 4096
//   args = ["--no-build"]            # for `ungil scan`
//
//   [[extension]]
//   name = "pillow"                  # default: the last folder of path
//   path = "checkouts/pillow/src"    # from the manifest's folder
//   args = ["--exclude", "tests"]    # after those of all
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_BATCH_MANIFEST_H
#define UNGIL_TOOL_BATCH_MANIFEST_H

#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace ungil::batch {

struct Extension {
  std::string Name; ///< one of its kind
  std::string Path; ///< absolute
  std::vector<std::string> Args;
  unsigned Timeout = 600; ///< seconds
  unsigned Memory = 0;    ///< megabytes of one process; 0: no limit
};

/// Reads \p File. An unknown key, a name given twice or a manifest without
/// extensions is an error.
llvm::Expected<std::vector<Extension>> readManifest(const std::string &File);

} // namespace ungil::batch

#endif
