// FILE: a table into memory.
const { DuckDBInstance } = require("@duckdb/node-api");

async function main() {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const source = `read_csv('${process.argv[2]}', nullstr = ['', 'NA', 'null'])`;
  await connection.run(`CREATE TABLE rows_read AS SELECT * FROM ${source}`);
}

main();
