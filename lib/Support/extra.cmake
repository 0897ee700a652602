# The version is that of the project() call.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/Version.cpp PROPERTIES
  COMPILE_DEFINITIONS "UNGIL_VERSION=\"${PROJECT_VERSION}\"")
