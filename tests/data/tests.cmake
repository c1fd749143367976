mlkit_test(data
  ${CMAKE_CURRENT_LIST_DIR}/datetime_test.cc
)
