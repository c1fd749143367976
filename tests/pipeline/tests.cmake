mlkit_test(pipeline
  ${PROJECT_SOURCE_DIR}/tests/support/count_allocations.cc
  ${CMAKE_CURRENT_LIST_DIR}/explain_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/pipeline_test.cc
)
