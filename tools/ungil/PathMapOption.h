//===- PathMapOption.h - folders of other machines --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// --map of `summarize` (what is called here so shall be called so) and of
// `link` (what is called so there is called so here).
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_PATHMAPOPTION_H
#define UNGIL_TOOL_PATHMAPOPTION_H

#include "Driver/Summary.h"
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace ungil {

/// Adds --map, said to be \p About, to \p Command; it fills \p Given.
void addPathMapOption(CLI::App &Command, std::vector<std::string> &Given,
                      const std::string &About);

PathMap pathMap(const std::vector<std::string> &Given);

} // namespace ungil

#endif
