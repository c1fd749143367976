mlkit_test(train
  ${CMAKE_CURRENT_LIST_DIR}/fit_dummy_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_linear_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_logistic_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/linear_nist_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/logistic_golden_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/solvers_test.cc
)
