mlkit_test(house
  ${CMAKE_CURRENT_LIST_DIR}/house_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/program_test.cc
)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT MLKIT_SANITIZE)
  target_compile_definitions(test_house PRIVATE MLKIT_HARDENED=1)
endif()
