# What `cmake --install` puts where: the program, the library with its headers, a CMake package (find_package(mlkit),
# mlkit::mlkit), a pkg-config file, and the man pages and completions that the program itself writes.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS mlkit RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set_target_properties(mlkit_core PROPERTIES OUTPUT_NAME mlkit)
install(TARGETS mlkit_core ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/mlkit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The package describes the library by itself instead of exporting the build's targets: those carry the warnings and the
# include paths of this build, which are nobody else's. What the archive still needs at link time is looked for where it
# is used.
set(MLKIT_NEEDS_ZLIB OFF)
set(MLKIT_NEEDS_ZSTD OFF)
set(MLKIT_PC_LIBS "-pthread")
if(MLKIT_ZLIB AND MLKIT_ZLIB_INCLUDE_DIR)
  set(MLKIT_NEEDS_ZLIB ON)
  string(APPEND MLKIT_PC_LIBS " -lz")
endif()
if(MLKIT_ZSTD AND MLKIT_ZSTD_INCLUDE_DIR)
  set(MLKIT_NEEDS_ZSTD ON)
  string(APPEND MLKIT_PC_LIBS " -lzstd")
endif()
set(MLKIT_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/mlkit)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/mlkit-config.cmake.in
  ${CMAKE_BINARY_DIR}/install/mlkit-config.cmake INSTALL_DESTINATION ${MLKIT_PACKAGE_DIR}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/install/mlkit-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/install/mlkit-config.cmake ${CMAKE_BINARY_DIR}/install/mlkit-config-version.cmake
  DESTINATION ${MLKIT_PACKAGE_DIR})

# Relative to the file, so that the tree can be moved.
file(RELATIVE_PATH MLKIT_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" MLKIT_PC_PREFIX "${MLKIT_PC_PREFIX}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/mlkit.pc.in ${CMAKE_BINARY_DIR}/install/mlkit.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/install/mlkit.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The program writes them, so they cannot lag behind it; a program for another machine needs its emulator.
if(NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR)
  set(pages ${CMAKE_BINARY_DIR}/install/man1)
  set(completions ${CMAKE_BINARY_DIR}/install/completions)
  set(run ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:mlkit>)
  install(CODE "
    file(MAKE_DIRECTORY \"${pages}\" \"${completions}\")
    execute_process(COMMAND ${run} man --all \"${pages}\" --quiet RESULT_VARIABLE status)
    foreach(shell bash zsh fish)
      execute_process(COMMAND ${run} completion \${shell} OUTPUT_FILE \"${completions}/\${shell}\" RESULT_VARIABLE one)
      if(NOT one EQUAL 0)
        set(status \${one})
      endif()
    endforeach()
    if(NOT status EQUAL 0)
      message(FATAL_ERROR \"mlkit could not write its man pages and completions\")
    endif()")
  install(DIRECTORY ${pages}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
  install(FILES ${completions}/bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME mlkit)
  install(FILES ${completions}/zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _mlkit)
  install(FILES ${completions}/fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d RENAME mlkit.fish)
endif()
