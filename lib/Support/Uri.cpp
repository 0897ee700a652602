//===- Uri.cpp - files as URIs --------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Uri.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

using namespace ungil;

std::string ungil::encodeUri(std::string_view Path) {
  std::string Uri;
  for (char C : Path) {
    if (llvm::isAlnum(C) || llvm::StringRef("-._~/").contains(C)) {
      Uri += C;
      continue;
    }
    auto Byte = static_cast<unsigned char>(C);
    Uri += '%';
    Uri += llvm::hexdigit(Byte >> 4);
    Uri += llvm::hexdigit(Byte & 15);
  }
  return Uri;
}

std::string ungil::fileUri(std::string_view Path) {
  return "file://" + encodeUri(Path);
}

std::optional<std::string> ungil::pathOfUri(std::string_view Uri) {
  llvm::StringRef Rest = Uri;
  if (!Rest.consume_front_insensitive("file:"))
    return std::nullopt;
  // `file:/a` and `file:///a` say the same; a host other than this is none.
  if (Rest.consume_front("//")) {
    Rest.consume_front_insensitive("localhost");
    if (!Rest.starts_with("/"))
      return std::nullopt;
  }
  std::string Path;
  while (!Rest.empty()) {
    unsigned Byte = 0;
    if (Rest.size() >= 3 && Rest[0] == '%' &&
        !Rest.substr(1, 2).getAsInteger(16, Byte)) {
      Path += static_cast<char>(Byte);
      Rest = Rest.drop_front(3);
      continue;
    }
    Path += Rest[0];
    Rest = Rest.drop_front();
  }
  if (Path.empty() || Path[0] != '/' || Path.find('\0') != std::string::npos)
    return std::nullopt;
  return Path;
}
