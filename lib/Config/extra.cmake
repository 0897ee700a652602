# toml++ is used as headers: Debian's target would link its shared library,
# which a copied program would then need.
find_package(tomlplusplus 3 REQUIRED)
get_target_property(Dirs tomlplusplus::tomlplusplus
                    INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(${Target} SYSTEM PRIVATE ${Dirs})
