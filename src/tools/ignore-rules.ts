import { globToRegExp } from "./glob.ts";

/** One line of a `.gitignore`; `base` is the folder it stands in, `""` or ending with a slash. */
export type IgnoreRule = {
  readonly base: string;
  readonly pattern: RegExp;
  readonly isNegated: boolean;
  readonly isFolderOnly: boolean;
};

export function parseIgnoreFile(text: string, base: string): readonly IgnoreRule[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const trimmed = line.replace(/(?<!\\) +$/, "");
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    const isNegated = trimmed.startsWith("!");
    const body = isNegated ? trimmed.slice(1) : trimmed;
    const isFolderOnly = body.endsWith("/");
    const glob = isFolderOnly ? body.slice(0, -1) : body;
    if (glob === "") return [];
    const isAnchored = glob.includes("/");
    const pattern = globToRegExp(isAnchored ? glob.replace(/^\//, "") : `**/${glob}`);
    return [{ base, pattern, isNegated, isFolderOnly }];
  });
}

/** The last rule that speaks about the path decides. */
export function isIgnored(path: string, isFolder: boolean, rules: readonly IgnoreRule[]): boolean {
  const deciding = rules.findLast(
    ({ base, pattern, isFolderOnly }) =>
      path.startsWith(base) && (isFolder || !isFolderOnly) && pattern.test(path.slice(base.length)),
  );
  return deciding !== undefined && !deciding.isNegated;
}
