target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/calibration.cc
  ${CMAKE_CURRENT_LIST_DIR}/centroid_model.cc
  ${CMAKE_CURRENT_LIST_DIR}/centroids.cc
  ${CMAKE_CURRENT_LIST_DIR}/dummy_model.cc
  ${CMAKE_CURRENT_LIST_DIR}/kd_tree.cc
  ${CMAKE_CURRENT_LIST_DIR}/linear_model.cc
  ${CMAKE_CURRENT_LIST_DIR}/logistic_model.cc
  ${CMAKE_CURRENT_LIST_DIR}/model_kinds.cc
  ${CMAKE_CURRENT_LIST_DIR}/naive_bayes_model.cc
  ${CMAKE_CURRENT_LIST_DIR}/nearest_row_model.cc
  ${CMAKE_CURRENT_LIST_DIR}/pca_model.cc
  ${CMAKE_CURRENT_LIST_DIR}/predictions.cc
)
