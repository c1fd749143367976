# FILE OUT: what `mlkit clean` does by default.
suppressMessages(library(data.table))
arguments <- commandArgs(TRUE)
snake_case <- function(name) {
  name <- gsub("([a-z0-9])([A-Z])", "\\1_\\2", name)
  name <- gsub("([A-Z]+)([A-Z][a-z])", "\\1_\\2", name)
  tolower(gsub("^_+|_+$", "", gsub("[^0-9A-Za-z]+", "_", name)))
}
table <- fread(arguments[1], na.strings = c("", "NA", "null"), showProgress = FALSE)
setnames(table, snake_case(names(table)))
table <- unique(table)
table <- table[Reduce(`+`, lapply(table, is.na)) <= ncol(table) / 2]
for (name in names(table)[sapply(table, is.numeric)]) {
  column <- as.numeric(table[[name]])
  column[is.na(column)] <- median(column, na.rm = TRUE)
  quartiles <- quantile(column, c(0.25, 0.5, 0.75), names = FALSE)
  reach <- 1.5 * (quartiles[3] - quartiles[1])
  column[column < quartiles[1] - reach | column > quartiles[3] + reach] <- quartiles[2]
  set(table, j = name, value = column)
}
fwrite(table, arguments[2], showProgress = FALSE)
