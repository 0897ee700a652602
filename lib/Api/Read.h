//===- Read.h - API data as JSON --------------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One document of the schema in docs/api-data.md, read and checked: every key
// is known, every value has its type, and what a facet needs is there. Users
// write these documents by hand, so all problems are reported at once and a
// misspelt key or word comes with the one that was probably meant.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_API_READ_H
#define UNGIL_API_READ_H

#include "Api/Api.h"

namespace ungil {

struct ApiDocument {
  std::vector<ApiFunction> Functions;
  std::vector<std::string> LockTypes;
  std::vector<std::string> BindingTools;
};

/// Reads \p Text; \p Where opens every line of the error.
llvm::Expected<ApiDocument> readApiDocument(std::string_view Text,
                                            std::string_view Where);

} // namespace ungil

#endif
