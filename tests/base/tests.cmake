mlkit_test(base
  ${CMAKE_CURRENT_LIST_DIR}/text_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/lanes_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/math_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/random_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/sha256_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/output_file_test.cc
)
