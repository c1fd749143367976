mlkit_test(io
  ${CMAKE_CURRENT_LIST_DIR}/json_test.cc
)
