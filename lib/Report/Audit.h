//===- Audit.h - a report to cite -------------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The whole of a report in one document: the verdict and what it rests on,
// what was read and what was not, the state that threads share, the findings
// that are open and those that somebody has answered (docs/audit.md). It holds
// no absolute path and no date: the same sources give the same bytes.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_AUDIT_H
#define UNGIL_REPORT_AUDIT_H

#include "Report/JsonParts.h"
#include "Report/Output.h"
#include "llvm/Support/raw_ostream.h"

namespace ungil {

/// The document as one object; the page of writeHtml() is made of it.
Json auditDocument(const Report &Report, const OutputOptions &Options);

void writeAuditJson(const Report &Report, const OutputOptions &Options,
                    llvm::raw_ostream &Out);
void writeAuditMarkdown(const Report &Report, const OutputOptions &Options,
                        llvm::raw_ostream &Out);

} // namespace ungil

#endif
