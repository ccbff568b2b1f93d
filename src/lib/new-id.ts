import { randomUUID } from "node:crypto";

const timeDigits = 9; // base 36 milliseconds: sorts rightly until the year 5188
const randomDigits = 11;

/** Time first, then 44 random bits: sortable, unique across processes, `[0-9a-z]{20}`. */
export function newId(): string {
  const random = randomUUID().slice(-randomDigits); // the end of a UUID is random, and Node keeps a stock of them
  return Date.now().toString(36).padStart(timeDigits, "0") + random;
}
