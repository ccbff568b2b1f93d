import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";

import type { Row } from "./row.ts";

export type SqlValue = SQLInputValue | undefined;

/** One open database and its prepared statements. `undefined` is stored as NULL. Every method is synchronous. */
export class Connection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string | URL) {
    // timeout 0: waiting inside SQLite would stop the event loop; whoever waits does it with `await`
    const readOnly = path instanceof URL && path.searchParams.get("mode") === "ro";
    this.#database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true, readOnly });
  }

  /** Several statements without parameters or results. */
  execute(sql: string): void {
    this.#database.exec(sql);
  }

  /** Returns the number of rows changed. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return Number(this.#prepare(sql).run(...bindable(values)).changes);
  }

  get(sql: string, ...values: readonly SqlValue[]): Row | undefined {
    return this.#prepare(sql).get(...bindable(values));
  }

  all(sql: string, ...values: readonly SqlValue[]): readonly Row[] {
    return this.#prepare(sql).all(...bindable(values));
  }

  /** As `all`, one row at a time. */
  each(sql: string): Iterable<Row> {
    return this.#prepare(sql).iterate();
  }

  /** All or nothing. `immediate` takes the write lock at once; `deferred` is a consistent view for reading. */
  transaction<Result>(kind: "immediate" | "deferred", work: () => Result): Result {
    this.run(kind === "immediate" ? "BEGIN IMMEDIATE" : "BEGIN");
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      // after some faults (a full disk, for one) SQLite has rolled back by itself
      if (this.#database.isTransaction) this.run("ROLLBACK");
      throw error;
    }
  }

  /** A function for SQL; of texts, numbers and NULL. */
  define(name: string, work: (...values: readonly SQLOutputValue[]) => string): void {
    this.#database.function(name, { varargs: true, deterministic: true }, (...values) => work(...values));
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function bindable(values: readonly SqlValue[]): SQLInputValue[] {
  return values.map((value) => value ?? null);
}
