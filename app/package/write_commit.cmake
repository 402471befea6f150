# cmake -DSOURCE=... -DTEMPLATE=... -DOUTPUT=... [-DCOMMIT=...] -P write_commit.cmake
#
# Run at every build: writes OUTPUT with the commit that SOURCE stands at. A file that would stay the
# same is left alone, so that nothing is compiled. Sources without a repository, or without git, have
# no commit unless COMMIT names one.
function(git result)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env GIT_OPTIONAL_LOCKS=0 git -C ${SOURCE} ${ARGN}
    OUTPUT_VARIABLE text ERROR_QUIET RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed)
    set(text "")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

set(commit_id "${COMMIT}")
set(commit_date "")
set(commit_changed false)
git(root rev-parse --show-toplevel)
get_filename_component(source "${SOURCE}" REALPATH)
if(NOT COMMIT AND root STREQUAL source)  # not some repository that an unpacked archive lies in
  git(commit_id log -1 --format=%h --abbrev=12)
  git(commit_date log -1 --format=%cs)
  git(changes status --porcelain --untracked-files=no)
  if(changes)
    set(commit_changed true)
  endif()
endif()
file(READ ${TEMPLATE} text)
string(CONFIGURE "${text}" text @ONLY)
set(before "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT text STREQUAL before)
  file(WRITE ${OUTPUT} "${text}")
endif()
