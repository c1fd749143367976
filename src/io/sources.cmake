target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/chart_axis.cc
  ${CMAKE_CURRENT_LIST_DIR}/chart_data.cc
  ${CMAKE_CURRENT_LIST_DIR}/chart_svg.cc
  ${CMAKE_CURRENT_LIST_DIR}/chart_text.cc
  ${CMAKE_CURRENT_LIST_DIR}/clean_json.cc
  ${CMAKE_CURRENT_LIST_DIR}/clean_report.cc
  ${CMAKE_CURRENT_LIST_DIR}/display.cc
  ${CMAKE_CURRENT_LIST_DIR}/features_json.cc
  ${CMAKE_CURRENT_LIST_DIR}/features_report.cc
  ${CMAKE_CURRENT_LIST_DIR}/json.cc
  ${CMAKE_CURRENT_LIST_DIR}/model_container.cc
  ${CMAKE_CURRENT_LIST_DIR}/model_file.cc
  ${CMAKE_CURRENT_LIST_DIR}/profile_report.cc
  ${CMAKE_CURRENT_LIST_DIR}/report.cc
  ${CMAKE_CURRENT_LIST_DIR}/report_html.cc
  ${CMAKE_CURRENT_LIST_DIR}/report_text.cc
)
