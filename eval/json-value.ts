/** Readers for data of other people: what is not there is empty, so that one odd row stops nothing. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function isJsonRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listAt(value: unknown, key: string): readonly unknown[] {
  const found = isJsonRecord(value) ? value[key] : undefined;
  return Array.isArray(found) ? found : [];
}

export function recordsAt(value: unknown, key: string): readonly JsonRecord[] {
  return listAt(value, key).filter(isJsonRecord);
}

export function stringAt(value: unknown, key: string): string {
  const found = isJsonRecord(value) ? value[key] : undefined;
  if (typeof found === "string") return found;
  return typeof found === "number" ? String(found) : "";
}
