target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/clean_json.cc
  ${CMAKE_CURRENT_LIST_DIR}/clean_report.cc
  ${CMAKE_CURRENT_LIST_DIR}/json.cc
  ${CMAKE_CURRENT_LIST_DIR}/model_container.cc
  ${CMAKE_CURRENT_LIST_DIR}/model_file.cc
)
