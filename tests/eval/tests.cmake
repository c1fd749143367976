mlkit_test(eval
  ${CMAKE_CURRENT_LIST_DIR}/clustering_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/intervals_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/metrics_golden_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/metrics_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/paired_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/ranking_test.cc
)
