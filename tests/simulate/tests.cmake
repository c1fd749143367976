mlkit_test(simulate
  ${CMAKE_CURRENT_LIST_DIR}/row_draws_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulate_drift_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulate_products_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulate_tables_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulation_test.cc
  ${PROJECT_SOURCE_DIR}/tests/support/run_program.cc
)
target_compile_definitions(test_simulate PRIVATE MLKIT_EMULATOR="${CMAKE_CROSSCOMPILING_EMULATOR}")
