# FILE: a table into memory.
suppressMessages(library(data.table))
print(dim(fread(commandArgs(TRUE)[1], na.strings = c("", "NA", "null"), showProgress = FALSE)))
