import { nameOf, type PossibleCommand } from "./look-through.ts";

/** A command that talks to other machines. */
export type NetworkUse = {
  /** What it is, for a person: `git push`, `curl`. */
  readonly what: string;
  /** Hosts, remotes or people that it names; when it names none, the verb for what sends, nothing for what fetches. */
  readonly recipients: readonly string[];
};

const programs: ReadonlySet<string> = new Set(
  (
    "curl wget aria2c http https xh ssh scp sftp rsync nc ncat netcat socat telnet ftp lftp ping dig nslookup host whois mail " +
    "mailx sendmail msmtp gh glab hub aws gcloud az gsutil s3cmd rclone kubectl helm heroku vercel netlify fly firebase"
  ).split(" "),
);
/** The subcommands of other programs that do. */
const subcommands: Readonly<Record<string, ReadonlySet<string>>> = {
  git: new Set(["push", "pull", "fetch", "clone", "ls-remote", "send-email", "request-pull", "submodule"]),
  npm: new Set(["publish", "install", "ci", "i", "add", "update", "view", "info", "audit", "login", "exec"]),
  pnpm: new Set(["publish", "install", "i", "add", "update", "dlx"]),
  yarn: new Set(["publish", "install", "add", "up", "dlx", "npm"]),
  bun: new Set(["publish", "install", "add", "update", "x"]),
  pip: new Set(["install", "download"]),
  pip3: new Set(["install", "download"]),
  uv: new Set(["add", "sync", "pip", "publish"]),
  cargo: new Set(["publish", "install", "fetch", "add", "update"]),
  go: new Set(["get", "install"]),
  docker: new Set(["push", "pull", "login", "run", "build"]),
  podman: new Set(["push", "pull", "login", "run", "build"]),
  apt: new Set(["install", "update", "upgrade"]),
  "apt-get": new Set(["install", "update", "upgrade"]),
  brew: new Set(["install", "update", "upgrade"]),
  twine: new Set(["upload"]),
  gem: new Set(["install", "push"]),
};

/** These bring something from where it always comes; only another place that they name is for the owner to know. */
const fetching: ReadonlySet<string> = new Set(
  (
    "pull fetch clone ls-remote submodule install ci i add update up upgrade view info audit exec dlx x download sync pip " +
    "get run build npm"
  ).split(" "),
);

export function networkUse(possible: readonly PossibleCommand[]): NetworkUse | undefined {
  const found = possible.flatMap((words) => useOf(words) ?? []);
  const [first] = found;
  if (first === undefined) return undefined;
  const recipients = [...new Set(found.flatMap((use) => use.recipients))];
  return { what: found.map(({ what }) => what).join(", "), recipients };
}

function useOf([first = "", ...rest]: PossibleCommand): NetworkUse | undefined {
  const name = nameOf(first);
  if (programs.has(name)) return { what: name, recipients: recipientsIn(rest, name) };
  const verbs = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  const at = rest.findIndex((word) => verbs?.has(word) === true);
  const verb = rest[at];
  if (verb === undefined) return undefined;
  return { what: `${name} ${verb}`, recipients: recipientsIn(rest.slice(at + 1), verb) };
}

/** What names no place goes where it always goes: the verb stands for that where something is sent. */
function recipientsIn(words: readonly string[], verb: string): readonly string[] {
  const named = words.flatMap((word) => recipientOf(word.replace(/^--?[\w-]+=/, "")) ?? []);
  if (named.length > 0 || fetching.has(verb)) return named;
  const remote = verb === "push" ? words.find((word) => !word.startsWith("-")) : undefined;
  return [remote === undefined || remote === "origin" ? verb : remote];
}

function recipientOf(word: string): string | undefined {
  if (word.startsWith("-")) return undefined;
  const ofUrl = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@\s]*@)?(\[[^\]]+\]|[^/:?#\s]+)/i.exec(word)?.[1];
  const ofLogin = /^[\w.+-]+@([\w.-]+)/.exec(word);
  if (ofUrl !== undefined) return ofUrl.toLowerCase();
  if (ofLogin !== null) return (word.includes(":") ? ofLogin[1] : ofLogin[0])?.toLowerCase();
  const bare = /^([\w-]+(?:\.[\w-]+)*\.[a-z]{2,})(?:[:/].*)?$/i.exec(word)?.[1];
  return bare !== undefined && !isFileName(bare) ? bare.toLowerCase() : undefined;
}

function isFileName(word: string): boolean {
  return /\.(ts|js|mjs|json|md|txt|py|sh|html|css|log|yaml|yml|toml|rs|go|zip|gz|tar|tgz|png|jpg|csv|xml|git|lock|sql|env)$/i.test(
    word,
  );
}

/** Whether the owner's own words name it: as a word of its own, whatever its case. */
export function isNamedIn(recipient: string, ownerWords: string): boolean {
  const literal = recipient.replaceAll(/[\\^$.|?+()[\]{}*]/g, String.raw`\$&`);
  return new RegExp(`(?<![\\w-])${literal}(?![\\w-]|\\.[\\w-])`, "i").test(ownerWords);
}
