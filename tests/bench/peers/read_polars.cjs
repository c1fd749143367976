// FILE: a table into memory.
const polars = require("nodejs-polars");
console.log(polars.readCSV(process.argv[2], { nullValues: ["", "NA", "null"] }).shape);
