# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The wrapper looks for the plugin in ../lib/ungil/plugins: both are installed or none.

install(TARGETS ungil-tidy LIBRARY DESTINATION lib/ungil/plugins)
install(PROGRAMS "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/ungil-tidy" DESTINATION bin)
