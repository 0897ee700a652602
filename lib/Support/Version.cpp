//===- Version.cpp - which ungil this is ----------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Version.h"
#include "llvm/Config/llvm-config.h"
#include <cstring>
#include <elf.h>
#include <link.h>

std::string_view ungil::version() { return UNGIL_VERSION; }

std::string_view ungil::llvmVersion() { return LLVM_VERSION_STRING; }

/// The note of the linker in \p Program, if it has one.
static std::string_view linkerNote(const dl_phdr_info &Program) {
  for (size_t I = 0; I != Program.dlpi_phnum; ++I) {
    const ElfW(Phdr) &Header = Program.dlpi_phdr[I];
    if (Header.p_type != PT_NOTE)
      continue;
    const char *At =
        reinterpret_cast<const char *>(Program.dlpi_addr + Header.p_vaddr);
    const char *End = At + Header.p_memsz;
    while (At + sizeof(ElfW(Nhdr)) <= End) {
      ElfW(Nhdr) Note;
      std::memcpy(&Note, At, sizeof(Note));
      const char *Name = At + sizeof(Note);
      const char *Text = Name + ((Note.n_namesz + 3) & ~3u);
      if (Note.n_type == NT_GNU_BUILD_ID && Note.n_namesz == 4 &&
          std::memcmp(Name, "GNU", 4) == 0)
        return {Text, Note.n_descsz};
      At = Text + ((Note.n_descsz + 3) & ~3u);
    }
  }
  return {};
}

std::string ungil::buildId() {
  std::string Id(version());
  Id.append(" ").append(llvmVersion()).append(" ");
  dl_iterate_phdr(
      [](dl_phdr_info *Program, size_t, void *Out) {
        // The first is the program itself.
        static_cast<std::string *>(Out)->append(linkerNote(*Program));
        return 1;
      },
      &Id);
  return Id;
}
