//===- CythonTest.cpp - names in generated C ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Cython.h"
#include "Facts/Comments.h"
#include "FactsTesting.h"
#include "gtest/gtest.h"

using namespace ungil;
using namespace ungil::testing;
using cython::Owner;

namespace {

TEST(Cython, BodiesAreTheAuthors) {
  auto Of = [](const char *Name) {
    return cython::ownerOf(EntityKind::Function, Name);
  };
  EXPECT_EQ(Of("__pyx_pf_3pkg_4pool_4Pool_2add"), Owner::Author);
  EXPECT_EQ(Of("__pyx_f_3pkg_4pool_grow"), Owner::Author);
  EXPECT_EQ(Of("__pyx_gb_3pkg_4pool_4Pool_6generator"), Owner::Author);
  EXPECT_EQ(Of("__pyx_fuse_1__pyx_f_3pkg_4pool_grow"), Owner::Author);
  EXPECT_EQ(Of("grow"), Owner::Nobody);
  for (const char *Name :
       {"__pyx_pw_3pkg_4pool_4Pool_3add", "__Pyx_AddTraceback",
        "__pyx_insert_code_object", "__pyx_tp_new_3pkg_4pool_Pool",
        "__pyx_pf_3pkg_4pool_4Pool_8__reduce_cython__",
        "__pyx_pf_15View_dot_MemoryView_5array___cinit__",
        "__pyx_f_3pkg_4pool___pyx_unpickle_Pool__set_state"})
    EXPECT_EQ(Of(Name), Owner::Generator) << Name;
}

TEST(Cython, VariablesAndClasses) {
  EXPECT_EQ(cython::ownerOf(EntityKind::Place, "__pyx_v_4pool_total"),
            Owner::Author);
  EXPECT_EQ(cython::ownerOf(EntityKind::Place, "__pyx_code_cache"),
            Owner::Generator);
  EXPECT_EQ(cython::ownerOf(EntityKind::Record, "__pyx_obj_4pool_Pool"),
            Owner::Author);
  EXPECT_EQ(cython::ownerOf(EntityKind::Record,
                            "__pyx_obj_4pool___pyx_scope_struct__add"),
            Owner::Generator);
  EXPECT_EQ(cython::ownerOf(EntityKind::Field, "__pyx_vtab"), Owner::Generator);
  EXPECT_EQ(cython::ownerOf(EntityKind::Field, "__pyx_base"), Owner::Nobody);
}

TEST(Cython, NamesAsInTheSource) {
  EXPECT_EQ(cython::sourceName("__pyx_pf_3pkg_4pool_4Pool_22__hash__"),
            "pkg.pool.Pool.__hash__");
  EXPECT_EQ(cython::sourceName("__pyx_f_4pool_grow"), "pool.grow");
  EXPECT_EQ(cython::sourceName("__pyx_pf_4pool_4Pool_4size___get__"),
            "pool.Pool.size.__get__");
  EXPECT_EQ(cython::sourceName("__pyx_v_4pool_total"), "pool.total");
  EXPECT_EQ(cython::sourceName("__pyx_obj_3pkg_4pool_Pool"), "pkg.pool.Pool");
}

TEST(Cython, EntitiesSayWhoseTheyAre) {
  Snippet S("static int __pyx_v_4pool_total;\n"
            "void __pyx_f_4pool_grow(void) { __pyx_v_4pool_total++; }\n"
            "void __Pyx_Helper(void) { __pyx_f_4pool_grow(); }\n");
  EXPECT_TRUE(S.entity("pool.grow").has(EF_Translated));
  EXPECT_FALSE(S.entity("pool.grow").has(EF_Generated));
  EXPECT_TRUE(S.entity("__Pyx_Helper").has(EF_Generated));
  EXPECT_FALSE(S.entity("pool.total").has(EF_Generated));
}

TEST(Cython, CommentsSayWhereItComesFrom) {
  std::vector<CommentFact> Facts =
      parseComment("/* \"pkg/pool.pyx\":12\n *     x = 1  # <<<<\n */");
  ASSERT_EQ(Facts.size(), 1u);
  EXPECT_EQ(Facts[0].Kind, CommentKind::Origin);
  EXPECT_EQ(Facts[0].Reason, "pkg/pool.pyx:12");
  EXPECT_TRUE(parseComment("/* \"quoted\" text */").empty());
}

} // namespace
