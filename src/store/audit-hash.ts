import { hash } from "node:crypto";
import type { SQLOutputValue } from "node:sqlite";

/** Of the hash before (empty for the first row) and the columns in their order: SHA-256, hexadecimal. */
export function auditHash(...values: readonly (SQLOutputValue | undefined)[]): string {
  return hash(
    "sha256",
    JSON.stringify(values.map((value) => (typeof value === "bigint" ? Number(value) : value) ?? null)),
  );
}
