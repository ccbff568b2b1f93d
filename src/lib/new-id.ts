import { randomBytes } from "node:crypto";

const timeDigits = 9; // base 36 milliseconds: sorts rightly until the year 5188
const randomDigits = 11;

/** Time first, then 56 random bits: sortable, unique across processes, `[0-9a-z]{20}`. */
export function newId(): string {
  const random = BigInt(`0x${randomBytes(7).toString("hex")}`).toString(36);
  return Date.now().toString(36).padStart(timeDigits, "0") + random.padStart(randomDigits, "0");
}
