/** What the floor protects beside the disk: absolute paths. */
export type Protected = {
  /** The home folder of the user. */
  readonly userHome: string;
  /** Where Hermes keeps its policy, keys and memory: every name of it, with and without links. */
  readonly hermesHomes: readonly string[];
};

const maxSpellings = 64;

/** Whether a path, resolved, lies in the Hermes home. */
export function isInHermesHome(path: string, kept: Protected): boolean {
  return kept.hermesHomes.some((home) => path === home || path.startsWith(`${home}/`));
}

/** Whether a word, quotes taken off, could name the Hermes home or something in it: wildcards and braces are tried. */
export function couldNameHome(word: string, { userHome, hermesHomes }: Protected): boolean {
  return spellings(word).some((spelling) => {
    const path = lexical(withHome(spelling, userHome));
    return path.startsWith("/") && hermesHomes.some((home) => couldLeadInto(path, home));
  });
}

/** Whether a relative path could lead into the Hermes home from a folder that nobody knows. */
export function couldBeHomeFromSomewhere(word: string, { hermesHomes }: Protected): boolean {
  return spellings(word).some((spelling) =>
    lexical(spelling)
      .split("/")
      .some((segment) =>
        hermesHomes.some((home) => segment !== "*" && couldBe(segment, home.slice(home.lastIndexOf("/") + 1))),
      ),
  );
}

/** `~` and `$HOME` replaced: what the shell makes of them when nobody changed them. */
export function withHome(word: string, userHome: string): string {
  return word.replace(/^(~|\$HOME|\$\{HOME\})(?=\/|$)/, userHome).replaceAll(/\$HOME\b|\$\{HOME\}/g, userHome);
}

/** Without doubled slashes, `.` and `..`, as far as the text alone tells. */
export function lexical(path: string): string {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (part !== ".." || !path.startsWith("/")) kept.push(part);
  }
  return (path.startsWith("/") ? "/" : "") + kept.join("/");
}

/** `a{b,c}` is `ab` and `ac`; at most 64 of them. */
export function spellings(word: string): readonly string[] {
  const waiting = [word];
  const done: string[] = [];
  for (let next = waiting.pop(); next !== undefined && done.length < maxSpellings; next = waiting.pop()) {
    const [whole, before = "", inner = "", after = ""] = /^(.*?)(?<!\$)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(next) ?? [];
    if (whole === undefined) done.push(next);
    else if (waiting.length < maxSpellings) waiting.push(...inner.split(",").map((each) => before + each + after));
  }
  return done;
}

function couldLeadInto(path: string, home: string): boolean {
  const wanted = home.split("/");
  const given = path.split("/");
  return given.length >= wanted.length && wanted.every((segment, at) => couldBe(given[at] ?? "", segment));
}

/** A wildcard stands for anything; a class of characters is taken as any character. */
function couldBe(pattern: string, name: string): boolean {
  if (!/[*?[]/.test(pattern)) return pattern === name;
  const tokens = pattern.match(/\*|\?|\[[^\]]*\]|[^*?[]|\[/g) ?? [];
  const source = tokens.map((token) => {
    if (token === "*") return ".*";
    if (token === "?" || token.length > 1) return ".";
    return token.replaceAll(/[\\^$.|?+()[\]{}*]/g, String.raw`\$&`);
  });
  return new RegExp(`^${source.join("")}$`, "s").test(name);
}
