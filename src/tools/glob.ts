/**
 * A glob as a regular expression over a whole path: `*` and `?` stay within a folder, `**` does not, `[a-z]` is a set,
 * `{a,b}` are alternatives, `\` takes the next character as it is.
 */
export function globToRegExp(glob: string): RegExp {
  const token = /\\(.)|(\*\*\/)|(\/\*\*$)|(\*+)|(\?)|\[([!^]?)((?:\\.|[^\]\\])+)\]|\{([^{}]*)\}|(.)/gs;
  const source = [...glob.matchAll(token)].map((found) => partOf(found)).join("");
  return new RegExp(`^${source}$`, "s");
}

/** Whether a glob means a file: without a slash its name anywhere, with one its path. */
export function createFileMatcher(glob: string): (path: string) => boolean {
  const pattern = globToRegExp(glob.replace(/^\.?\//, ""));
  if (glob.replace(/\/$/, "").includes("/")) return (path) => pattern.test(path);
  return (path) => pattern.test(path.slice(path.lastIndexOf("/") + 1));
}

function partOf([, escaped, anyFolders, anyBelow, stars, one, not, set, choices, plain]: RegExpExecArray): string {
  if (anyFolders !== undefined) return "(?:.*/)?";
  if (anyBelow !== undefined) return "/.+";
  if (stars !== undefined) return "[^/]*";
  if (one !== undefined) return "[^/]";
  if (set !== undefined) return `[${not === "" ? "" : "^/"}${set.replaceAll(/[[\\^]/g, String.raw`\$&`)}]`;
  if (choices !== undefined) return `(?:${choices.split(",").map(inner).join("|")})`;
  return (escaped ?? plain ?? "").replaceAll(/[\\^$.|?*+()[\]{}/]/g, String.raw`\$&`);
}

function inner(choice: string): string {
  return globToRegExp(choice).source.slice(1, -1);
}
