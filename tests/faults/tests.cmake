# Whole commands with calls that fail, in limits, killed: run in forks of this program, which holds mlkit's main under
# another name. The linker sends the calls to fault_injection.cc (ld --wrap). Not under an emulator, which would take
# hours, nor under the thread sanitizer, which cannot follow forks.
if(NOT CMAKE_CROSSCOMPILING AND NOT MLKIT_SANITIZE MATCHES thread)
  mlkit_test(faults
    ${CMAKE_CURRENT_LIST_DIR}/failing_calls_test.cc
    ${CMAKE_CURRENT_LIST_DIR}/killed_test.cc
    ${CMAKE_CURRENT_LIST_DIR}/limits_test.cc
    ${CMAKE_CURRENT_LIST_DIR}/fault_injection.cc
    ${CMAKE_CURRENT_LIST_DIR}/run_in_child.cc
    ${PROJECT_SOURCE_DIR}/apps/mlkit/main.cc
    ${PROJECT_SOURCE_DIR}/tests/support/run_program.cc
  )
  set_source_files_properties(${PROJECT_SOURCE_DIR}/apps/mlkit/main.cc
    TARGET_DIRECTORY test_faults PROPERTIES COMPILE_DEFINITIONS main=mlkit_main SKIP_PRECOMPILE_HEADERS ON)
  target_link_libraries(test_faults PRIVATE mlkit_app)
  target_compile_definitions(test_faults PRIVATE MLKIT_EMULATOR="")
  if(NOT MLKIT_SANITIZE)  # calls from within the standard library, too; sanitizers need it shared
    target_link_options(test_faults PRIVATE -static-libstdc++ -static-libgcc)
  endif()
  foreach(name malloc calloc realloc read __read_chk write open __open_2 close fsync rename linkat stat lstat fstat
      pthread_create)
    target_link_options(test_faults PRIVATE LINKER:--wrap=${name})
  endforeach()
endif()
