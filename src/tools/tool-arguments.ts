import type * as z from "zod/mini";
import type { Json, JsonObject } from "../protocol/json.ts";

export type ArgumentShape = { readonly inputSchema: JsonObject; readonly aliases: Readonly<Record<string, string>> };

/**
 * Arguments as models write them, brought into the schema's types where nothing can be lost: `"5"` for 5, `"true"`,
 * a list or object as JSON text, `null` for a parameter left out. `undefined` when they are no object at all.
 */
export function looselyTyped(input: Json, shape: ArgumentShape): JsonObject | undefined {
  const object = typeof input === "string" ? fromText(input) : input;
  if (object === undefined || !isObject(object)) return undefined;
  const properties = propertiesOf(shape.inputSchema);
  const typed: Record<string, Json> = {};
  for (const [given, value] of Object.entries(object)) {
    const alias = shape.aliases[given];
    const name = alias !== undefined && !(alias in object) ? alias : given;
    const property = properties[name];
    if (property !== undefined && value !== null) typed[name] = withType(value, property["type"]);
  }
  return typed;
}

/** One sentence for every problem, with the parameter, what is expected and what came. */
export function problemsOf(error: z.core.$ZodError, given: JsonObject, inputSchema: JsonObject): string {
  const names = Object.keys(propertiesOf(inputSchema)).join(", ");
  const problems = error.issues.map((issue) => problemOf(issue, given));
  return `${[...new Set(problems)].slice(0, 5).join("; ")}. Its parameters: ${names}.`;
}

const units: Readonly<Record<string, string>> = { array: " entries", string: " characters" };

function problemOf(issue: z.core.$ZodIssue, given: JsonObject): string {
  const name = issue.path.map(String).join(".");
  if (issue.code === "invalid_type") return `${name} ${missingOr(issue, given)}`;
  if (issue.code === "invalid_value") return `${name} must be one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_small") return `${name} must be at least ${issue.minimum}${units[issue.origin] ?? ""}`;
  if (issue.code === "too_big") return `${name} must be at most ${issue.maximum}${units[issue.origin] ?? ""}`;
  return `${name} is not valid`;
}

function missingOr({ path, expected }: z.core.$ZodIssueInvalidType, given: JsonObject): string {
  return isThere(given, path) ? `must be ${article(expected)}` : "is missing";
}

function isThere(given: Json, path: readonly PropertyKey[]): boolean {
  let value: Json | undefined = given;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else value = value !== undefined && isObject(value) ? value[String(key)] : undefined;
  }
  return value !== undefined;
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function withType(value: Json, type: Json | undefined): Json {
  if (typeof value === "string" && type !== "string") return fromString(value, type);
  return type === "string" && typeof value === "number" ? String(value) : value;
}

function fromString(value: string, type: Json | undefined): Json {
  const trimmed = value.trim();
  if (type === "integer" || type === "number") return /^-?\d{1,15}(\.\d+)?$/.test(trimmed) ? Number(trimmed) : value;
  if (type === "boolean") return /^(true|false)$/i.test(trimmed) ? trimmed.toLowerCase() === "true" : value;
  return type === "array" || type === "object" ? (fromText(trimmed) ?? value) : value;
}

function fromText(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined; // the caller keeps the text, and the schema then says what is wrong with it
  }
}

function propertiesOf(schema: JsonObject): Readonly<Record<string, JsonObject>> {
  const properties = schema["properties"];
  if (properties === undefined || !isObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, JsonObject] => isObject(entry[1])),
  );
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
