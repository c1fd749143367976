target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/catalogue.cc
  ${CMAKE_CURRENT_LIST_DIR}/evaluate_views.cc
  ${CMAKE_CURRENT_LIST_DIR}/item_index.cc
  ${CMAKE_CURRENT_LIST_DIR}/item_terms.cc
  ${CMAKE_CURRENT_LIST_DIR}/search.cc
  ${CMAKE_CURRENT_LIST_DIR}/sealed_index.cc
  ${CMAKE_CURRENT_LIST_DIR}/text_set.cc
)
