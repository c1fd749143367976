target_sources(mlkit_core PRIVATE
)
