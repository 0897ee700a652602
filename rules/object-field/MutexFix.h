//===- MutexFix.h - fields used without the thread state --------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   typedef struct {                      typedef struct {
//       PyObject_HEAD                         PyObject_HEAD
//       state *state;               ->        state *state;
//   } Hash;                                   PyMutex mutex;
//                                         } Hash;
//   Py_BEGIN_ALLOW_THREADS
//   update(self->state, data);            PyMutex_Lock(&self->mutex);
//   Py_END_ALLOW_THREADS                  update(self->state, data);
//                                         PyMutex_Unlock(&self->mutex);
//
// A critical section is let go with the thread state; a PyMutex is not.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_OBJECT_FIELD_MUTEXFIX_H
#define UNGIL_RULES_OBJECT_FIELD_MUTEXFIX_H

#include "Fix/Fix.h"
#include "Rules/SharedField.h"
#include <set>

namespace ungil::rules {

/// The fields of \p Record that race and that some function uses without a
/// thread state.
std::set<EntityId> detachedFields(const Program &P, EntityId Record);

/// Puts every use of \p Fields of \p Record under a new mutex in the object.
FixPlan mutexFix(const FixContext &Context, EntityId Record,
                 const std::set<EntityId> &Fields);

} // namespace ungil::rules

#endif
