mlkit_test(house
  ${CMAKE_CURRENT_LIST_DIR}/house_test.cc
)
