target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/cholesky.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_dummy.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_kmeans.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_linear.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_logistic.cc
  ${CMAKE_CURRENT_LIST_DIR}/kmeans_assign.cc
  ${CMAKE_CURRENT_LIST_DIR}/kmeans_start.cc
  ${CMAKE_CURRENT_LIST_DIR}/lbfgs.cc
  ${CMAKE_CURRENT_LIST_DIR}/least_squares.cc
  ${CMAKE_CURRENT_LIST_DIR}/logistic_objective.cc
  ${CMAKE_CURRENT_LIST_DIR}/newton.cc
  ${CMAKE_CURRENT_LIST_DIR}/row_kernels.cc
  ${CMAKE_CURRENT_LIST_DIR}/sparse_least_squares.cc
)
