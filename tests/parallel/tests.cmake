mlkit_test(parallel
  ${CMAKE_CURRENT_LIST_DIR}/blocks_test.cc
)
