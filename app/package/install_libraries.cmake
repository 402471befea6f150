# For find_package(moeplan): headers, static libraries and their CMake targets moe::NAME. What a
# target needs from elsewhere is found by moeplanConfig.cmake.
include(CMakePackageConfigHelpers)

set(libraries data laws fitting costmodel kernel_reference kernels verify planner commit workflows report)
set(library_folder ${CMAKE_INSTALL_LIBDIR}/moeplan)
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/moeplan)
set(header_folder ${CMAKE_INSTALL_INCLUDEDIR}/moeplan)

foreach(library ${libraries})
  set_target_properties(moe_${library} PROPERTIES EXPORT_NAME ${library})
  target_compile_features(moe_${library} PUBLIC cxx_std_20)
  target_include_directories(moe_${library} INTERFACE $<INSTALL_INTERFACE:${header_folder}>)
  install(TARGETS moe_${library} EXPORT moeplanTargets ARCHIVE
    DESTINATION ${library_folder} COMPONENT dev)
endforeach()
install(EXPORT moeplanTargets NAMESPACE moe:: DESTINATION ${config_folder} COMPONENT dev)

# Headers that show JSON or TOML are no part of any contract.
foreach(room data fitting costmodel app/workflows app/report)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room}/ DESTINATION ${header_folder}/${room} COMPONENT dev
    FILES_MATCHING PATTERN "*.h"
    PATTERN "tables" EXCLUDE
    PATTERN "toml_table.h" EXCLUDE
    PATTERN "hardware_measurement.h" EXCLUDE
    PATTERN "field_values.h" EXCLUDE
    PATTERN "json_document.h" EXCLUDE)
endforeach()

set(tables_folder ${CMAKE_INSTALL_DATADIR}/moeplan)
configure_package_config_file(moeplanConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/moeplanConfig.cmake
  INSTALL_DESTINATION ${config_folder} PATH_VARS tables_folder)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/moeplanConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/moeplanConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/moeplanConfigVersion.cmake
  DESTINATION ${config_folder} COMPONENT dev)
