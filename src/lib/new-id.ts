const timeDigits = 9; // base 36 milliseconds: sorts rightly until the year 5188
const randomDigits = 11;

/** Time first, then 44 random bits: sortable, unique across processes, `[0-9a-z]{20}`. */
export function newId(): string {
  // loaded when the first id is made, since commands that only look make none; the end of a UUID is random
  const random = process.getBuiltinModule("node:crypto").randomUUID().slice(-randomDigits);
  return Date.now().toString(36).padStart(timeDigits, "0") + random;
}
