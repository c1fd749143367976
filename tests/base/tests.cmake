mlkit_test(base
  ${CMAKE_CURRENT_LIST_DIR}/binary_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/context_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/error_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/fields_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/input_file_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/text_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/lanes_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/math_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/pages_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/random_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/sha256_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/output_file_test.cc
)
target_link_libraries(test_base PRIVATE mlkit_zlib mlkit_zstd)
