//===- Common.h - what rules share ------------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The parts of a finding that every rule fills the same way, and the
// questions about locks and values that more than one rule asks.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_COMMON_H
#define UNGIL_RULES_COMMON_H

#include "Link/Program.h"
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ungil::rules {

/// A finding of \p Rule at \p S: range, function, trace from an entry.
Finding findingAt(const Program &P, std::string_view Rule, Site S);

/// Adds to \p F a note on the other side of its conflict at \p S: `also read
/// here, in 'f' (method 'get')`. The first one gets the way there too.
void addOtherSide(const Program &P, Site S, const std::string &What,
                  Finding &F);

/// \p C, lowered to medium where no entry point is known to reach \p F and to
/// low where the front end could not read all of its body.
Confidence confidenceIn(const Program &P, FunctionId F, Confidence C);

/// The model does not know what a body with error nodes really does: findings
/// there drop to low, except those that the error itself proves.
void lowerInBrokenBodies(const Program &P, FindingList &Findings);

/// Calls \p Visit for every call event of reportable, concurrent functions,
/// with what the API data says of the callee.
void forEachApiCall(
    const Program &P,
    const std::function<void(Site, const Event &, const ApiFunction &)> &Visit);

/// Is event \p S placed on a path from the entry?
bool isLive(const Program &P, Site S);

/// "two threads in method 'get'", "two threads in this function".
std::string twoThreads(const Program &P, FunctionId F);

/// Identity of a lock across functions, empty when it has none: a mutex by
/// the place or record field that holds it.
std::string lockName(const Program &P, FunctionId F, const HeldLock &L);

/// Does a lock of \p Held, in \p F, stand for \p L? Under one that has no name
/// it may.
bool covers(const Program &P, FunctionId F, const std::vector<HeldLock> &Held,
            const HeldLock &L);

/// `lock 'mutex'`, as the promise \p Said names it.
std::string promisedText(const Program &P, const LockPromise &Said);

/// Spoken form of a lock, `mutex 'lock'`.
std::string lockText(const Program &P, FunctionId F, const HeldLock &L);

} // namespace ungil::rules

#endif
