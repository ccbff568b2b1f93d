import { roomOf } from "./floor-map.ts";
import { type Breach, type Rule, ruleForEachModule } from "./rule.ts";
import { caps } from "./rules-of-shape.ts";
import type { SourceTree } from "./source-tree.ts";

const vagueWords = ["util", "utils", "helper", "helpers", "common", "misc", "manager", "service", "impl"];

export const rulesOfNames: readonly Rule[] = [
  ruleForEachModule("kebab-case", (module) => {
    const wrong = module.path.split("/").find((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?(\.ts)?$/.test(part));
    return wrong === undefined ? [] : [{ line: 1, message: `Rename ${wrong} to words-in-kebab-case.` }];
  }),
  ruleForEachModule("vague-name", (module) => {
    const parts = module.path.replace(/\.ts$/, "").split("/");
    const vague = parts.flatMap((part) => part.split(/[-.]/)).find((word) => vagueWords.includes(word));
    const word = vague ?? (parts.at(-1) === "types" ? "types" : undefined);
    return word === undefined
      ? []
      : [{ line: 1, message: `"${word}" says nothing; name the file after what it exports.` }];
  }),
  { name: "room-readme", check: roomReadmes },
];

function roomReadmes(tree: SourceTree): readonly Breach[] {
  const rooms = new Set(tree.modules.map((module) => roomOf(module.path)));
  return [...rooms].flatMap((room) => {
    if (room === undefined || room.endsWith(".ts")) return [];
    const path = `src/${room}/README.md`;
    const lineCount = tree.texts.get(path)?.trimEnd().split("\n").length ?? 0;
    if (lineCount > 0 && lineCount <= caps.readmeLines) return [];
    const message = `Say in 1 to ${caps.readmeLines} lines what ${room}/ is for, must not do, and how to add one more.`;
    return [{ path, line: 1, message }];
  });
}
