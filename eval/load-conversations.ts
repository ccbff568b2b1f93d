import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Conversation } from "./conversation.ts";
import { readBeam } from "./load-beam.ts";
import { isLocomo, readLocomo } from "./load-locomo.ts";
import { isLongMemEval, readLongMemEval } from "./load-longmemeval.ts";

const chatEnding = ".chat.json";
const questionsEnding = ".probing_questions.json";

/** Every conversation in the file, or in any file below the folder, told by what is in it and not by its name. */
export function loadConversations(path: string): readonly Conversation[] {
  const files = statSync(path).isDirectory() ? jsonFilesIn(path) : [path];
  return files.flatMap((file) => conversationsIn(file));
}

function jsonFilesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted((left, right) => left.localeCompare(right, "en", { numeric: true }));
}

function conversationsIn(file: string): readonly Conversation[] {
  if (file.endsWith(questionsEnding)) return [];
  const value: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (file.endsWith(chatEnding)) {
    const id = file.slice(dirname(file).length + 1, -chatEnding.length);
    const questions: unknown = JSON.parse(readFileSync(file.slice(0, -chatEnding.length) + questionsEnding, "utf8"));
    return [readBeam({ id, chat: value, questions })];
  }
  if (isLocomo(value)) return readLocomo(value);
  return isLongMemEval(value) ? readLongMemEval(value) : [];
}
