import type { SQLOutputValue } from "node:sqlite";

import { AgentError } from "../protocol/agent-error.ts";
import type { Json } from "../protocol/json.ts";

export type Row = { readonly [column: string]: SQLOutputValue };

/** These throw `bad-data` when the column holds something else. */
export function textAt(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw badColumn(column, "text");
  return value;
}

export function optionalTextAt(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textAt(row, column);
}

export function numberAt(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw badColumn(column, "a number");
  return value;
}

export function optionalNumberAt(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberAt(row, column);
}

/** The column's text as one of `allowed`. */
export function oneOfAt<Word extends string>(row: Row, column: string, allowed: readonly Word[]): Word {
  const value = textAt(row, column);
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw badColumn(column, allowed.join(" | "));
  return found;
}

/** `undefined` when the text is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // the caller decides what a broken value means
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function badColumn(column: string, wanted: string): AgentError {
  return new AgentError("bad-data", `A stored row is damaged: its ${column} is not ${wanted}.`);
}
