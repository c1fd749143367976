mlkit_test(io
  ${CMAKE_CURRENT_LIST_DIR}/model_file_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/charts_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/clean_json_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/display_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/json_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/report_test.cc
)
