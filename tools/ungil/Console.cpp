//===- Console.cpp - words to the person at the terminal ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Report/Names.h"
#include "Support/Printable.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace ungil;

int ungil::fail(const std::string &Problem) {
  llvm::errs() << "ungil: " << printable(Problem) << '\n';
  return ExitError;
}

int ungil::fail(llvm::Error Problem) {
  std::string Text;
  llvm::handleAllErrors(std::move(Problem),
                        [&](const llvm::ErrorInfoBase &Info) {
                          Text += (Text.empty() ? "" : "; ") + Info.message();
                        });
  return fail(Text);
}

void ungil::sayRemarks(const std::vector<Remark> &Remarks,
                       const std::string &Root) {
  for (const Remark &R : Remarks) {
    llvm::errs() << "ungil: ";
    if (!R.File.empty())
      llvm::errs() << printable(relativeTo(Root, R.File)) << ": ";
    llvm::errs() << printable(R.Message) << '\n';
  }
}

bool ungil::wantsColor(const std::string &Choice, int Descriptor) {
  if (Choice == "always" || Choice == "never")
    return Choice == "always";
  const char *NoColor = std::getenv("NO_COLOR");
  if (NoColor && *NoColor)
    return false;
  const char *Terminal = std::getenv("TERM");
  if (Terminal && std::string_view(Terminal) == "dumb")
    return false;
  return llvm::sys::Process::FileDescriptorIsDisplayed(Descriptor);
}
