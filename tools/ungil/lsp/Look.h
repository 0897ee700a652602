//===- Look.h - what an editor shows of a scan ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   ScanOptions, text of open files ── look() ──► JSON
//
// One scan of an extension in the terms of the Language Server Protocol. It
// runs in a process of its own (Worker.h), so its result is text.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_LSP_LOOK_H
#define UNGIL_TOOL_LSP_LOOK_H

#include "ScanOptions.h"
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace ungil::lsp {

/// Scans what \p Options ask for, with \p Open, text by path, in place of what
/// is on disk. Gives
///
///   {"summary": one line,
///    "files": {path: [{"diagnostic": Diagnostic,
///                      "explanation": Markdown,
///                      "fix": {"title", "safe", "edits": {path: TextEdit[]}}
///                     }]}}
///
/// or {"problem": one sentence}. Only findings with a place are in it. What
/// files begin with is kept precompiled in \p OpeningDir.
nlohmann::json look(const ScanOptions &Options,
                    const std::map<std::string, std::string> &Open,
                    const std::string &OpeningDir);

} // namespace ungil::lsp

#endif
