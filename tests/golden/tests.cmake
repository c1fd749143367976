mlkit_test(golden
  ${CMAKE_CURRENT_LIST_DIR}/numbers_golden_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_golden_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_random_test.cc
)
