//===- Page.h - the parts of the page of --format html ----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The files of lib/Report/Page, which CMake makes part of the program
// (extra.cmake).
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_PAGE_H
#define UNGIL_REPORT_PAGE_H

#include <string_view>

namespace ungil::page {

/// Holds `{{style}}`, `{{data}}` and `{{script}}`, in this order.
extern const std::string_view Html;
extern const std::string_view Style;
extern const std::string_view Script;

} // namespace ungil::page

#endif
