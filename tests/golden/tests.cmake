mlkit_test(golden
  ${CMAKE_CURRENT_LIST_DIR}/numbers_golden_test.cc
)
