mlkit_test(recommend
  ${CMAKE_CURRENT_LIST_DIR}/catalogue_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/search_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/sealed_index_test.cc
)
