mlkit_test(clean
  ${CMAKE_CURRENT_LIST_DIR}/names_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/clean_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/write_clean_test.cc
)
