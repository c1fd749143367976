mlkit_test(drift
  ${CMAKE_CURRENT_LIST_DIR}/binned_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/drift_golden_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/ks_test_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/sort_doubles_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/special_test.cc
)
