//===- Words.h - enumerations as the data spells them -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One wordsOf(Enum) per enumeration of Api.h: the words rules/api uses for it.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_API_WORDS_H
#define UNGIL_API_WORDS_H

#include "Api/Api.h"
#include <array>

namespace ungil {

template <class E> struct Word {
  std::string_view Text;
  E Value;
};

inline constexpr auto wordsOf(Hazard) {
  return std::to_array<Word<Hazard>>({{"never", Hazard::Never},
                                      {"threadPrivate", Hazard::ThreadPrivate},
                                      {"lifetime", Hazard::Lifetime},
                                      {"sharedMutable", Hazard::SharedMutable},
                                      {"always", Hazard::Always}});
}
inline constexpr auto wordsOf(ReplaceForm) {
  return std::to_array<Word<ReplaceForm>>(
      {{"manual", ReplaceForm::Manual},
       {"same", ReplaceForm::Same},
       {"canFail", ReplaceForm::CanFail},
       {"out", ReplaceForm::Out},
       {"outSilent", ReplaceForm::OutSilent},
       {"outNone", ReplaceForm::OutNone}});
}
inline constexpr auto wordsOf(AllocRole) {
  return std::to_array<Word<AllocRole>>({{"alloc", AllocRole::Alloc},
                                         {"realloc", AllocRole::Realloc},
                                         {"free", AllocRole::Free}});
}
inline constexpr auto wordsOf(AllocDomain) {
  return std::to_array<Word<AllocDomain>>({{"raw", AllocDomain::Raw},
                                           {"mem", AllocDomain::Mem},
                                           {"object", AllocDomain::Object},
                                           {"objectGc", AllocDomain::ObjectGC},
                                           {"libc", AllocDomain::Libc},
                                           {"cxx", AllocDomain::Cxx}});
}
inline constexpr auto wordsOf(LockKind) {
  return std::to_array<Word<LockKind>>(
      {{"mutex", LockKind::Mutex},
       {"criticalSection", LockKind::CriticalSection},
       {"criticalSectionMutex", LockKind::CriticalSectionMutex},
       {"pyThread", LockKind::PyThread},
       {"native", LockKind::Native},
       {"shared", LockKind::Shared},
       {"once", LockKind::Once},
       {"unknown", LockKind::Unknown}});
}
inline constexpr auto wordsOf(LockAction) {
  return std::to_array<Word<LockAction>>(
      {{"acquire", LockAction::Acquire},
       {"tryAcquire", LockAction::TryAcquire},
       {"release", LockAction::Release},
       {"guard", LockAction::Guard},
       {"query", LockAction::Query},
       {"wait", LockAction::Wait}});
}
inline constexpr auto wordsOf(HeldIf) {
  return std::to_array<Word<HeldIf>>({{"always", HeldIf::Always},
                                      {"nonZero", HeldIf::NonZero},
                                      {"zero", HeldIf::Zero},
                                      {"minusOne", HeldIf::MinusOne},
                                      {"unknown", HeldIf::Unknown}});
}
inline constexpr auto wordsOf(Tier) {
  return std::to_array<Word<Tier>>({{"T0", Tier::T0},
                                    {"T0A", Tier::T0A},
                                    {"T1", Tier::T1},
                                    {"T2", Tier::T2},
                                    {"detach", Tier::Detach},
                                    {"block", Tier::Block},
                                    {"arbitrary", Tier::Arbitrary}});
}
inline constexpr auto wordsOf(CallbackPhase) {
  return std::to_array<Word<CallbackPhase>>(
      {{"concurrent", CallbackPhase::Concurrent},
       {"native", CallbackPhase::Native},
       {"dealloc", CallbackPhase::Dealloc},
       {"init", CallbackPhase::Init},
       {"once", CallbackPhase::Once},
       {"exit", CallbackPhase::Exit}});
}
inline constexpr auto wordsOf(LibcDanger) {
  return std::to_array<Word<LibcDanger>>({{"none", LibcDanger::None},
                                          {"low", LibcDanger::Low},
                                          {"medium", LibcDanger::Medium},
                                          {"high", LibcDanger::High}});
}
inline constexpr auto wordsOf(ContainerOp) {
  return std::to_array<Word<ContainerOp>>({{"contains", ContainerOp::Contains},
                                           {"get", ContainerOp::Get},
                                           {"set", ContainerOp::Set},
                                           {"add", ContainerOp::Add},
                                           {"delete", ContainerOp::Delete},
                                           {"size", ContainerOp::Size},
                                           {"index", ContainerOp::Index}});
}

} // namespace ungil

#endif
