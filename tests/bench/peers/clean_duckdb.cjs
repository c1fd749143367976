// FILE OUT: what `mlkit clean` does by default.
const { DuckDBInstance } = require("@duckdb/node-api");
const { snakeCase } = require("./names.cjs");

const [file, out] = process.argv.slice(2);
const quoted = (name) => `"${name.replace(/"/g, '""')}"`;

async function main() {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const query = async (sql) => (await connection.runAndReadAll(sql)).getRows();
  const source = `read_csv('${file}', nullstr = ['', 'NA', 'null'])`;
  const columns = (await query(`DESCRIBE SELECT * FROM ${source}`)).map(([name, type]) => ({
    name,
    short: snakeCase(name),
    numeric: /INT|DOUBLE|DECIMAL|FLOAT/.test(type),
  }));
  await connection.run("SET preserve_insertion_order = false");
  const gaps = columns.map((c) => `(${c.short} IS NULL)::INT`).join(" + ");
  const renamed = columns.map((c) => `${quoted(c.name)} AS ${c.short}`).join(", ");
  await connection.run(
    `CREATE TABLE kept AS SELECT * FROM (SELECT DISTINCT ${renamed} FROM ${source})
     WHERE ${gaps} <= ${Math.floor(columns.length / 2)}`,
  );
  const numeric = columns.filter((c) => c.numeric);
  const [medians] = await query(`SELECT ${numeric.map((c) => `median(${c.short})::DOUBLE`).join(", ")} FROM kept`);
  numeric.forEach((c, i) => (c.filled = `coalesce(${c.short}, ${medians[i]})::DOUBLE`));
  const [quartiles] = await query(
    `SELECT ${numeric.map((c) => `quantile_cont(${c.filled}, [0.25, 0.5, 0.75])`).join(", ")} FROM kept`,
  );
  const cells = columns.map((c) => {
    if (!c.numeric) return c.short;
    const [low, middle, high] = quartiles[numeric.indexOf(c)].items;
    const reach = 1.5 * (high - low);
    return `CASE WHEN ${c.filled} BETWEEN ${low - reach} AND ${high + reach} THEN ${c.filled} ELSE ${middle} END AS ${c.short}`;
  });
  await connection.run(`COPY (SELECT ${cells.join(", ")} FROM kept) TO '${out}' (HEADER, DELIMITER ',')`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
