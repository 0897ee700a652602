//===- Names.cpp - words and paths every output agrees on -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Names.h"
#include "Support/Printable.h"
#include "llvm/ADT/StringRef.h"

using namespace ungil;

std::string_view ungil::name(Severity Sev) {
  switch (Sev) {
  case Severity::Note:
    return "note";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    return "error";
  }
  return "warning";
}

std::string_view ungil::name(Confidence Conf) {
  switch (Conf) {
  case Confidence::Low:
    return "low";
  case Confidence::Medium:
    return "medium";
  case Confidence::High:
    return "high";
  }
  return "low";
}

std::string_view ungil::name(Applicability How) {
  switch (How) {
  case Applicability::Manual:
    return "manual";
  case Applicability::Suggested:
    return "suggested";
  case Applicability::Safe:
    return "safe";
  }
  return "manual";
}

std::string_view ungil::name(Protection How) {
  switch (How) {
  case Protection::None:
    return "none";
  case Protection::Unknown:
    return "unknown";
  case Protection::Mixed:
    return "mixed";
  case Protection::Delegated:
    return "delegated";
  case Protection::Harmless:
    return "harmless";
  case Protection::Locked:
    return "locked";
  case Protection::Atomic:
    return "atomic";
  case Protection::PerThread:
    return "per-thread";
  case Protection::Immutable:
    return "immutable";
  }
  return "none";
}

std::optional<Confidence> ungil::parseConfidence(std::string_view Name) {
  for (Confidence Conf :
       {Confidence::Low, Confidence::Medium, Confidence::High})
    if (name(Conf) == Name)
      return Conf;
  return std::nullopt;
}

std::string ungil::relativeTo(std::string_view Root, std::string_view Path) {
  llvm::StringRef Rest(Path), Base(Root);
  Base = Base.rtrim('/');
  if (!Root.empty() && Rest.consume_front(Base) && Rest.consume_front("/") &&
      !Rest.empty())
    return Rest.str();
  return std::string(Path);
}

std::string ungil::fileName(const Report &Report, FileId File) {
  if (File >= Report.Files.size())
    return {};
  return relativeTo(Report.Root, Report.Files[File]);
}

std::string ungil::sharedName(const Report &Report, std::string_view Path) {
  std::string Name = relativeTo(Report.Root, Path);
  llvm::StringRef Rest(Name);
  return Rest.starts_with("/") ? Rest.rsplit('/').second.str() : Name;
}

std::string ungil::sharedName(const Report &Report, FileId File) {
  return File < Report.Files.size() ? sharedName(Report, Report.Files[File])
                                    : std::string();
}

std::string ungil::sharedText(const Report &Report, std::string_view Text) {
  std::string Out;
  llvm::StringRef Rest(Text);
  while (!Rest.empty()) {
    bool Starts =
        Out.empty() || llvm::StringRef(" '\"`(=").contains(Out.back());
    llvm::StringRef Path = Rest.take_until(
        [](char C) { return llvm::StringRef(" '\"`),;:").contains(C); });
    if (Starts && Path.starts_with("/") && Path.size() > 1) {
      Out += sharedName(Report, Path.str());
      Rest = Rest.drop_front(Path.size());
      continue;
    }
    Out += Rest.front();
    Rest = Rest.drop_front();
  }
  return Out;
}

std::string ungil::markdown(std::string_view Text) {
  std::string Out;
  for (char C : printable(Text)) {
    if (llvm::StringRef("\\`*_[]<>|#&").contains(C))
      Out += '\\';
    Out += C;
  }
  return Out;
}

std::string ungil::wholeMessage(const Finding &Finding) {
  std::string Text;
  for (llvm::StringRef Part :
       {llvm::StringRef(Finding.Message), llvm::StringRef(Finding.Why),
        llvm::StringRef(Finding.Help)}) {
    Part = Part.trim();
    if (Part.empty())
      continue;
    if (!Text.empty())
      Text += ' ';
    Text += Part;
    if (!llvm::StringRef(".!?").contains(Part.back()))
      Text += '.';
  }
  return Text;
}
