//===- Names.h - words and paths every output agrees on ---------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The spellings of severities and confidences, the path of a file as outputs
// name it, and the parts of a message joined into one text.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_NAMES_H
#define UNGIL_REPORT_NAMES_H

#include "Report/Finding.h"
#include <optional>
#include <string>
#include <string_view>

namespace ungil {

std::string_view name(Severity Sev);
std::string_view name(Confidence Conf);
std::string_view name(Applicability How);
std::optional<Confidence> parseConfidence(std::string_view Name);

/// \p Path relative to \p Root with `/` between its parts; as it is when it
/// is not below \p Root.
std::string relativeTo(std::string_view Root, std::string_view Path);

/// The file as outputs name it: relative to the report's root when below it.
std::string fileName(const Report &Report, FileId File);

/// Message, Why and Help as sentences of one paragraph.
std::string wholeMessage(const Finding &Finding);

} // namespace ungil

#endif
