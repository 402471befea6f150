# What `moeplan --version` says. moe::commit is the only library that a new commit builds again.
set(MOEPLAN_COMMIT "" CACHE STRING "Commit to show where the sources have no repository")

set(commit_source ${CMAKE_CURRENT_BINARY_DIR}/build_commit.cpp)
set(write_commit ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DCOMMIT=${MOEPLAN_COMMIT}
    -DTEMPLATE=${CMAKE_CURRENT_LIST_DIR}/build_commit.cpp.in -DOUTPUT=${commit_source}
    -P ${CMAKE_CURRENT_LIST_DIR}/write_commit.cmake)
add_custom_target(moeplan_write_commit BYPRODUCTS ${commit_source} COMMAND ${write_commit})
moe_library(commit SOURCES ${commit_source})
add_dependencies(moe_commit moeplan_write_commit)

set(version_facts
  MOEPLAN_VERSION="${PROJECT_VERSION}"
  MOEPLAN_BUILD_TYPE="$<CONFIG>"
  MOEPLAN_COMPILER="${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
  MOEPLAN_CERES_VERSION="${Ceres_VERSION}"
  MOEPLAN_EIGEN_VERSION="${Eigen3_VERSION}"
  MOEPLAN_FMT_VERSION="${fmt_VERSION}")
set_source_files_properties(workflows/version.cpp PROPERTIES COMPILE_DEFINITIONS "${version_facts}")

# Where the tables lie as seen from the folder of the program; a build has a link there.
file(RELATIVE_PATH tables_from_program /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_DATADIR}/moeplan)
set_source_files_properties(workflows/shipped_tables.cpp PROPERTIES
  COMPILE_DEFINITIONS MOEPLAN_TABLES_FROM_PROGRAM="${tables_from_program}")
get_filename_component(tables_link ${CMAKE_CURRENT_BINARY_DIR}/${tables_from_program} ABSOLUTE)
get_filename_component(tables_link_folder ${tables_link} DIRECTORY)
file(MAKE_DIRECTORY ${tables_link_folder})
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/data/tables ${tables_link} SYMBOLIC)
