mlkit_test(cli
  ${CMAKE_CURRENT_LIST_DIR}/command_line_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/drift_page_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/error_catalogue_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/every_command_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/examples_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/golden_cases_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/golden_suites_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/pipeline_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/predict_keep_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/inputs_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/install_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/man_page_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/named_commands_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/progress_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/reading_options_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/runs_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/streams_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/surroundings_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/table_in_options_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/written_files_test.cc
  ${PROJECT_SOURCE_DIR}/tests/support/run_program.cc
)
target_link_libraries(test_cli PRIVATE mlkit_app)
target_compile_definitions(test_cli PRIVATE MLKIT_EMULATOR="${CMAKE_CROSSCOMPILING_EMULATOR}"
  MLKIT_BINARY_DIR="${CMAKE_BINARY_DIR}" MLKIT_SANITIZERS="${MLKIT_SANITIZE}")
