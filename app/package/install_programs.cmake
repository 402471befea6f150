# The programs, the files that ship beside them, manual pages, completion, and what a desktop needs.
set(ZSH_COMPLETIONS ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)  # on Debian's fpath
find_program(MOEPLAN_GZIP gzip REQUIRED)

set(made ${CMAKE_CURRENT_BINARY_DIR})

# Made by the program itself, so that they say what it does.
function(moe_made_by_program file)
  add_custom_command(OUTPUT ${made}/${file}
    COMMAND moeplan ${ARGN} --out ${made}/${file} DEPENDS moeplan)
endfunction()
moe_made_by_program(moeplan.1 manual)
moe_made_by_program(moeplan.bash completion bash)
moe_made_by_program(moeplan.zsh completion zsh)
configure_file(moeplan-gui.1.in moeplan-gui.1 @ONLY)
foreach(page moeplan.1 moeplan-gui.1)
  add_custom_command(OUTPUT ${made}/${page}.gz
    COMMAND ${MOEPLAN_GZIP} -9 -n -k -f ${made}/${page} DEPENDS ${made}/${page})
endforeach()
add_custom_target(moeplan_documents ALL DEPENDS
  ${made}/moeplan.1.gz ${made}/moeplan-gui.1.gz ${made}/moeplan.bash ${made}/moeplan.zsh)

install(TARGETS moeplan COMPONENT cli)
set(cluster ${PROJECT_SOURCE_DIR}/app/cluster)
install(PROGRAMS ${cluster}/merge.sbatch ${cluster}/shard_array.sbatch ${cluster}/submit_shards.sh
        DESTINATION ${CMAKE_INSTALL_DATADIR}/moeplan/cluster
        COMPONENT cli)
install(FILES ${cluster}/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/moeplan/cluster COMPONENT cli)
install(FILES ${made}/moeplan.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT cli)
install(FILES ${made}/moeplan.bash RENAME moeplan COMPONENT cli
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${made}/moeplan.zsh RENAME _moeplan DESTINATION ${ZSH_COMPLETIONS} COMPONENT cli)

# Not: the kernel tables, which are large and built into the program, and what only tests read.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/tables/ DESTINATION ${CMAKE_INSTALL_DATADIR}/moeplan
  COMPONENT cli
  REGEX "/kernels/[^/]+$" EXCLUDE
  PATTERN "routing" EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/data/tables/kernels/SOURCE.md
  DESTINATION ${CMAKE_INSTALL_DATADIR}/moeplan/kernels COMPONENT cli)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/fitting/WARNINGS.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT cli)
# Debian has the text already, and packages must not bring it.
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT licence)

if(TARGET moeplan-gui)
  install(TARGETS moeplan-draw DESTINATION libexec/moeplan COMPONENT gui)
  install(TARGETS moeplan-gui COMPONENT gui)
  install(FILES ${made}/moeplan-gui.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT gui)
  install(FILES desktop/moeplan-gui.desktop COMPONENT gui
    DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
  install(FILES desktop/moeplan.metainfo.xml COMPONENT gui
    DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
  install(FILES desktop/moeplan-mime.xml RENAME moeplan.xml COMPONENT gui
    DESTINATION ${CMAKE_INSTALL_DATADIR}/mime/packages)
  set(icons ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable)
  install(FILES desktop/moeplan.svg DESTINATION ${icons}/apps COMPONENT gui)
  install(FILES desktop/moeplan.svg DESTINATION ${icons}/mimetypes COMPONENT gui
    RENAME application-x-moeplan-project.svg)
endif()
