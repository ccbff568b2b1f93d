import type { ModuleFacts } from "./module-facts.ts";
import { type Breach, type Place, type Rule, ruleForEachModule } from "./rule.ts";
import type { SourceTree } from "./source-tree.ts";

export const rulesOfComments: readonly Rule[] = [
  ruleForEachModule("suppression-reason", (module) =>
    suppressionsIn(module)
      .filter(({ text }) => !/ -- \S/.test(text))
      .map(({ line }) => ({ line, message: "Repair it, or say after ` -- ` why the checker is wrong here." })),
  ),
  ruleForComments({
    name: "issue-number",
    pattern: /\b(?:issue|bug|fix|fixes|fixed|closes|see|pr|gh)[ -]#?\d+\b|\(#\d+\)|\/(?:issues|pull)\/\d+/i,
    fix: "A comment says why in its own words; the history is in the commits.",
  }),
  ruleForComments({
    name: "banner",
    pattern: /([=\-*#/~_─━═])\1{4,}/,
    fix: "No banners; a file that needs sections is two files.",
  }),
  { name: "machine-path", check: machinePaths },
];

/** Comments that tell a checker to look away. */
export function suppressionsIn(module: ModuleFacts): readonly { line: number; text: string }[] {
  return module.comments.filter(({ text }) =>
    /^[\s*]*(?:(?:oxlint|eslint)-disable|@ts-|oxfmt-ignore|prettier-ignore)/.test(text),
  );
}

interface CommentRule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly fix: string;
}

function ruleForComments({ name, pattern, fix }: CommentRule): Rule {
  return ruleForEachModule(name, (module): readonly Place[] =>
    module.comments.filter(({ text }) => pattern.test(text)).map(({ line }) => ({ line, message: fix })),
  );
}

function machinePaths(tree: SourceTree): readonly Breach[] {
  const texts = new Map([...tree.texts, ...tree.modules.map((module) => [module.path, module.text] as const)]);
  const message = "This names a path of one machine; write it from the root of the repository.";
  return [...texts].flatMap(([path, text]) =>
    text
      .split("\n")
      .flatMap((line, index) => (line.includes(`${tree.root}/`) ? [{ path, line: index + 1, message }] : [])),
  );
}
