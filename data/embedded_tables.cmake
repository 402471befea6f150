# moe_embed_tables(TARGET tables/path...): builds files into TARGET for embeddedTable(path). The
# assembler reads them (.incbin), which costs no compile time at any size.
function(moe_embed_tables target)
  set(assembly "")
  set(declarations "")
  set(rows "")
  set(number 0)
  foreach(path ${ARGN})
    get_filename_component(full ${path} ABSOLUTE)
    string(REGEX REPLACE "^tables/" "" name ${path})
    set(symbol moe_table_${number})
    string(APPEND assembly
      ".globl ${symbol}_begin, ${symbol}_end\n"
      "${symbol}_begin:\n.incbin \"${full}\"\n${symbol}_end:\n.byte 0\n")
    string(APPEND declarations "extern const char ${symbol}_begin[], ${symbol}_end[];\n")
    string(APPEND rows "    {\"${name}\", ${symbol}_begin, ${symbol}_end},\n")
    list(APPEND files ${full})
    math(EXPR number "${number} + 1")
  endforeach()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  file(CONFIGURE OUTPUT ${folder}/tables.S CONTENT
    ".section .rodata\n@assembly@.section .note.GNU-stack,\"\",%progbits\n" @ONLY)
  file(CONFIGURE OUTPUT ${folder}/embedded_tables_list.h CONTENT
    "extern \"C\" {\n@declarations@}\nconst EmbeddedTable kEmbeddedTables[] = {\n@rows@};\n" @ONLY)
  set_property(SOURCE ${folder}/tables.S PROPERTY OBJECT_DEPENDS "${files}")
  target_sources(${target} PRIVATE ${folder}/tables.S)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
