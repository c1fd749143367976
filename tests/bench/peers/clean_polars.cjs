// FILE OUT: what `mlkit clean` does by default.
const polars = require("nodejs-polars");
const { snakeCase } = require("./names.cjs");

const [file, out] = process.argv.slice(2);
const { col } = polars;
let table = polars.readCSV(file, { nullValues: ["", "NA", "null"], inferSchemaLength: 10000 });
table.columns = table.columns.map(snakeCase);
const names = table.columns;
const numeric = names.filter((_, i) => /Int|Float/.test(String(table.dtypes[i].variant ?? table.dtypes[i])));
const gaps = polars.sumHorizontal(names.map((name) => col(name).isNull().cast(polars.Int32)));

table = table
  .lazy()
  .unique()
  .filter(gaps.ltEq(polars.lit(Math.floor(names.length / 2))))
  .withColumns(...numeric.map((name) => col(name).cast(polars.Float64)))
  .withColumns(...numeric.map((name) => col(name).fillNull(col(name).median())))
  .collectSync();

const quartile = (p) =>
  table.lazy().select(...numeric.map((name) => col(name).quantile(p, "linear"))).collectSync().toRecords()[0];
const low = quartile(0.25);
const high = quartile(0.75);
table = table
  .lazy()
  .withColumns(
    ...numeric.map((name) => {
      const reach = 1.5 * (high[name] - low[name]);
      const outside = col(name).lt(low[name] - reach).or(col(name).gt(high[name] + reach));
      return polars.when(outside).then(col(name).median()).otherwise(col(name)).alias(name);
    }),
  )
  .collectSync();
table.writeCSV(out);
