//===- Region.h - regions that take the GIL as a mutex ----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From a call that attaches the thread to the calls that detach it again: is
// anything of Python's done in between, or only plain state written?
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_GILASSUMPTION_REGION_H
#define UNGIL_RULES_GILASSUMPTION_REGION_H

#include "Link/Program.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ungil::rules {

/// What a function does to the thread that calls it.
enum class Turn : uint8_t { None, Attach, Detach };

/// A region without any use of Python that writes shared state.
struct GilRegion {
  EventId Enter = None; ///< the call that attaches
  EventId Write = None; ///< first write of shared state
  std::string What;     ///< what it writes
  bool Certain = false; ///< a place of static duration, used elsewhere too
};

class RegionFinder {
public:
  explicit RegionFinder(const Program &P);
  std::vector<GilRegion> regionsOf(FunctionId F) const;

private:
  struct Content {
    bool Python = false; ///< or something that may be
    bool Closed = true;  ///< no way out of the function while attached
    std::vector<EventId> Writes;
  };

  Turn turnOf(const Event &E) const;
  bool mayUsePython(const Event &E) const;
  void findPython();
  Content walk(FunctionId F, EventId Enter) const;
  void visit(FunctionId F, EventId E, Content &Inside) const;
  PathId written(FunctionId F, EventId E) const;
  bool isSharedWrite(FunctionId F, EventId E) const;
  std::optional<GilRegion> judge(FunctionId F, EventId Enter,
                                 const Content &Inside) const;

  const Program &P;
  std::vector<Turn> Turns;       ///< per function of the extension
  std::map<Site, PathId> Filled; ///< places that library calls write
  std::vector<bool> UsesPython;  ///< per function, with all that it calls
};

} // namespace ungil::rules

#endif
