# cpack -G DEB: moeplan, moeplan-gui and libmoeplan-dev for Debian 12. Menus, icons, MIME types and
# manual pages need no scripts: the packages that own those caches watch the folders (dpkg triggers).
set(MOEPLAN_MAINTAINER "moeplan maintainers <maintainers@moeplan.example>"
  CACHE STRING "Name and address that the Debian packages carry")

configure_file(debian/changelog changelog COPYONLY)
add_custom_command(OUTPUT ${made}/changelog.gz
  COMMAND ${MOEPLAN_GZIP} -9 -n -k -f ${made}/changelog DEPENDS ${made}/changelog)
add_custom_target(moeplan_changelog ALL DEPENDS ${made}/changelog.gz)

set(packages cli moeplan gui moeplan-gui dev libmoeplan-dev)
set(components cli)
if(TARGET moeplan-gui)
  list(APPEND components gui)
endif()
list(APPEND components dev)
foreach(component ${components})
  list(FIND packages ${component} at)
  math(EXPR at "${at} + 1")
  list(GET packages ${at} package)
  set(documents ${CMAKE_INSTALL_DATADIR}/doc/${package})
  install(FILES debian/copyright ${made}/changelog.gz DESTINATION ${documents} COMPONENT ${component})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION science)
endforeach()

set(about "From a table of training runs, a training budget and a machine to serve
on, moeplan answers what loss law the runs follow and how far to trust it,
what a token costs on the machine and what limits it, and which model size,
expert count and number of training tokens to train, so that the loss is
good and serving is cheap.")
set(CPACK_COMPONENT_CLI_DESCRIPTION "planner of Mixture-of-Experts language models
${about}")
set(CPACK_COMPONENT_GUI_DESCRIPTION "planner of Mixture-of-Experts language models - window
${about}
.
This package holds the window.")
set(CPACK_COMPONENT_DEV_DESCRIPTION "planner of Mixture-of-Experts language models - libraries
${about}
.
This package holds headers, static libraries and their CMake configuration:
find_package(moeplan).")

set(CPACK_DEBIAN_CLI_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_GUI_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_GUI_PACKAGE_DEPENDS "moeplan (= ${PROJECT_VERSION}), fonts-dejavu-core")
set(CPACK_DEBIAN_GUI_PACKAGE_RECOMMENDS "qt6-wayland")
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "moeplan (= ${PROJECT_VERSION}), libceres-dev, libdnnl-dev, \
libeigen3-dev, libexpected-dev, libfmt-dev, libtomlplusplus-dev, libzstd-dev, zlib1g-dev")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME moeplan)
set(CPACK_PACKAGE_CONTACT ${MOEPLAN_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each component has its own
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL ${components})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${MOEPLAN_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_VERBATIM_VARIABLES ON)
include(CPack)
