# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A rule is a folder rules/<id> with rule.md and the sources that define
#
#   FindingList ungil::rules::<id in camelCase>(const Program &)
#
# and, when there is a Fix.cpp,
#
#   FixPlan ungil::rules::<id in camelCase>Fix(const FixContext &,
#                                              const Finding &)
#
# This file finds the folders, adds their sources to the library and writes
# RuleTable.cpp, the body of allRules(). A folder without sources has a page
# and no function. Mistakes in a page stop the configure step.

set(UNGIL_RULES_DIR "${PROJECT_SOURCE_DIR}/rules")
set(UNGIL_RULE_KEYS id name summary severity precision tags)
set(UNGIL_RULE_SECTIONS "What it finds" "Why it breaks without the GIL"
    "Example" "Use instead" "Fix" "When it is silent" "References")

# Splits the page at its front matter: sets Rule_<key> and Rule_Body.
function(ungil_read_rule Page Id)
  file(READ "${Page}" Text)
  if(NOT Text MATCHES "^---\n(([^\n]*[^-\n][^\n]*\n)+)---\n+(.*)$")
    message(FATAL_ERROR "${Page}: no front matter between two lines `---`")
  endif()
  set(Front "\n${CMAKE_MATCH_1}")
  set(Body "${CMAKE_MATCH_3}")
  foreach(Key IN LISTS UNGIL_RULE_KEYS)
    if(NOT Front MATCHES "\n${Key}: +([^\n]+)\n")
      message(FATAL_ERROR "${Page}: the front matter lacks `${Key}:`")
    endif()
    set(Rule_${Key} "${CMAKE_MATCH_1}" PARENT_SCOPE)
    set(Value_${Key} "${CMAKE_MATCH_1}")
  endforeach()
  set(Rule_sites "")
  if(Front MATCHES "\nsites: +([a-z-]+)\n")
    set(Rule_sites "${CMAKE_MATCH_1}")
  endif()
  set(Rule_sites "${Rule_sites}" PARENT_SCOPE)
  if(NOT Value_id STREQUAL "${Id}")
    message(FATAL_ERROR "${Page}: id is `${Value_id}`, the folder `${Id}`")
  endif()
  if(NOT Value_severity MATCHES "^(note|warning|error)$")
    message(FATAL_ERROR "${Page}: severity is note, warning or error")
  endif()
  if(NOT Value_precision MATCHES "^(very-high|high|medium|low)$")
    message(FATAL_ERROR
            "${Page}: precision is very-high, high, medium or low")
  endif()
  foreach(Section IN LISTS UNGIL_RULE_SECTIONS)
    string(FIND "\n${Body}" "\n## ${Section}\n" At)
    if(At EQUAL -1)
      message(FATAL_ERROR "${Page}: no section `## ${Section}`")
    endif()
  endforeach()
  set(Rule_Body "${Body}" PARENT_SCOPE)
endfunction()

# borrowed-ref to borrowedRef.
function(ungil_camel Id Out)
  set(Result "")
  string(REPLACE "-" ";" Words "${Id}")
  foreach(Word IN LISTS Words)
    if(Result)
      string(SUBSTRING "${Word}" 0 1 First)
      string(SUBSTRING "${Word}" 1 -1 Rest)
      string(TOUPPER "${First}" First)
      set(Word "${First}${Rest}")
    endif()
    string(APPEND Result "${Word}")
  endforeach()
  set(${Out} "${Result}" PARENT_SCOPE)
endfunction()

file(GLOB Ids CONFIGURE_DEPENDS RELATIVE "${UNGIL_RULES_DIR}"
     "${UNGIL_RULES_DIR}/*/rule.md")
list(TRANSFORM Ids REPLACE "/rule.md$" "")
list(SORT Ids)
set(Declarations "")
set(Table "")
foreach(Id IN LISTS Ids)
  set(Folder "${UNGIL_RULES_DIR}/${Id}")
  set(Page "${Folder}/rule.md")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${Page}")
  ungil_read_rule("${Page}" "${Id}")

  file(GLOB Sources CONFIGURE_DEPENDS "${Folder}/*.cpp")
  set(Function "nullptr")
  if(Sources)
    target_sources(${Target} PRIVATE ${Sources})
    ungil_camel("${Id}" Camel)
    set(Function "rules::${Camel}")
    string(APPEND Declarations
           "FindingList ${Camel}(const Program &);\n")
  endif()
  set(Planner "nullptr")
  if(EXISTS "${Folder}/Fix.cpp")
    set(Planner "rules::${Camel}Fix")
    string(APPEND Declarations
           "FixPlan ${Camel}Fix(const FixContext &, const Finding &);\n")
  endif()

  string(SUBSTRING "${Rule_severity}" 0 1 First)
  string(SUBSTRING "${Rule_severity}" 1 -1 Rest)
  string(TOUPPER "${First}" First)
  string(APPEND Table "      {\"${Id}\",\n       R\"ungil(${Rule_name})ungil\","
    "\n       R\"ungil(${Rule_summary})ungil\",\n       \"${Rule_precision}\","
    "\n       R\"ungil(${Rule_tags})ungil\",\n       R\"ungil(${Rule_Body})ungil\","
    "\n       Severity::${First}${Rest}, ${Function}, ${Planner},"
    "\n       \"${Rule_sites}\"},\n")
endforeach()

set(Generated "${CMAKE_CURRENT_BINARY_DIR}/RuleTable.cpp")
# Not file(GENERATE): a page may hold what looks like a generator expression.
file(WRITE "${Generated}.new" "// Written by lib/Rules/extra.cmake.

#include \"Rules/Rules.h\"

namespace ungil::rules {
${Declarations}} // namespace ungil::rules

using namespace ungil;

const std::vector<RuleInfo> &ungil::allRules() {
  static const std::vector<RuleInfo> Rules = {
${Table}  };
  return Rules;
}
")
file(COPY_FILE "${Generated}.new" "${Generated}" ONLY_IF_DIFFERENT)
target_sources(${Target} PRIVATE "${Generated}")
