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
std::string_view name(Protection How);
std::optional<Confidence> parseConfidence(std::string_view Name);

/// \p Path relative to \p Root with `/` between its parts; as it is when it
/// is not below \p Root.
std::string relativeTo(std::string_view Root, std::string_view Path);

/// The file as outputs name it: relative to the report's root when below it.
std::string fileName(const Report &Report, FileId File);

/// The file as pages name it that leave this machine: one that is not below
/// the report's root by its last part alone.
std::string sharedName(const Report &Report, FileId File);
std::string sharedName(const Report &Report, std::string_view Path);

/// \p Text with every absolute path in it named so.
std::string sharedText(const Report &Report, std::string_view Text);

/// \p Text in Markdown, in the cell of a table too: nothing in it is markup.
std::string markdown(std::string_view Text);

/// Message, Why and Help as sentences of one paragraph.
std::string wholeMessage(const Finding &Finding);

} // namespace ungil

#endif
