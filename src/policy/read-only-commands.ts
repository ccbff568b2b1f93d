/** How a program that only reads is called. What is not listed here is not surely harmless. */
export type ReadOnlyCommand = {
  /** Letters of short options that take no value, and of those that do (`n` for `-n 5` and `-n5`). */
  readonly flags?: string;
  readonly valueFlags?: string;
  /** Long options (and words such as `-name` of `find`) without a value, and with one (`--x=1` or `--x 1`). */
  readonly long?: string;
  readonly valueLong?: string;
  /** `-5` is a count. */
  readonly hasCount?: boolean;
  /** What stands free: paths, text that names nothing, a pattern and then paths, or nothing at all. */
  readonly operands: "paths" | "text" | "pattern-first" | "none";
};

const grepLong =
  "ignore-case invert-match word-regexp line-regexp count files-with-matches files-without-match only-matching quiet line-number with-filename no-filename recursive extended-regexp fixed-strings perl-regexp text null";

export const readOnlyCommands: Readonly<Record<string, ReadOnlyCommand>> = {
  basename: { flags: "az", valueFlags: "s", operands: "text" },
  cat: { flags: "AbeEnstTuv", long: "number show-all", operands: "paths" },
  cd: { operands: "paths" },
  cmp: { flags: "bls", valueFlags: "n", operands: "paths" },
  column: { flags: "tx", valueFlags: "s", operands: "paths" },
  comm: { flags: "123", operands: "paths" },
  cut: {
    flags: "sz",
    valueFlags: "bcdf",
    long: "complement",
    valueLong: "delimiter fields output-delimiter",
    operands: "paths",
  },
  date: { flags: "uRI", long: "utc", operands: "text" },
  df: { flags: "ahHikTlP", operands: "paths" },
  diff: { flags: "abBiNqsuwyEZ", valueFlags: "U", long: "brief unified", operands: "paths" },
  dirname: { flags: "z", operands: "text" },
  du: {
    flags: "abchkmsSx",
    valueFlags: "d",
    long: "summarize human-readable",
    valueLong: "max-depth exclude",
    operands: "paths",
  },
  echo: { operands: "text" },
  egrep: { flags: "ivwxclLoqnhHrsaz", valueFlags: "ABCem", operands: "pattern-first" },
  false: { operands: "text" },
  fgrep: { flags: "ivwxclLoqnhHrsaz", valueFlags: "ABCem", operands: "pattern-first" },
  file: { flags: "bikh", long: "brief mime mime-type", operands: "paths" },
  find: {
    long: "a and o or not empty print print0 ls prune true false readable writable executable depth xdev mount H P daystart",
    valueLong:
      "name iname path ipath wholename regex iregex type size mtime mmin atime amin ctime cmin maxdepth mindepth perm user group printf regextype links inum",
    operands: "paths",
  },
  grep: {
    flags: "ivwxclLoqnhHrsaEFPGzbIT",
    valueFlags: "ABCem",
    long: grepLong,
    valueLong:
      "after-context before-context context max-count include exclude exclude-dir regexp color colour binary-files",
    operands: "pattern-first",
  },
  groups: { operands: "text" },
  head: {
    flags: "qvz",
    valueFlags: "nc",
    long: "quiet verbose",
    valueLong: "lines bytes",
    hasCount: true,
    operands: "paths",
  },
  hexdump: { flags: "Cbcdox", valueFlags: "ns", operands: "paths" },
  id: { flags: "gGnru", operands: "text" },
  jq: {
    flags: "rcnseSajCMR",
    long: "raw-output compact-output null-input slurp exit-status sort-keys tab raw-input ascii-output join-output",
    valueLong: "indent",
    operands: "pattern-first",
  },
  ls: {
    flags: "aAlhRrtS1dFGgiknopsuUXcCmqQxZ",
    valueFlags: "I",
    long: "all almost-all human-readable recursive reverse directory group-directories-first classify full-time inode size",
    valueLong: "sort time color time-style ignore format",
    operands: "paths",
  },
  md5sum: { flags: "bt", operands: "paths" },
  nl: { flags: "p", valueFlags: "bhinsvw", operands: "paths" },
  nproc: { long: "all", operands: "none" },
  od: { flags: "abcdfiloxsv", valueFlags: "AjNtw", operands: "paths" },
  printf: { operands: "text" },
  ps: { flags: "aAefFlxjwT", valueLong: "sort", operands: "text" },
  pwd: { flags: "LP", operands: "none" },
  readlink: { flags: "efmnqsz", operands: "paths" },
  realpath: { flags: "emLPqsz", operands: "paths" },
  rg: {
    flags: "ivwxcloqnNHsaFPSU0I",
    valueFlags: "ABCemgtT",
    long: "ignore-case smart-case case-sensitive fixed-strings word-regexp count count-matches files files-with-matches files-without-match line-number no-line-number hidden no-ignore heading no-heading multiline pcre2 only-matching invert-match stats no-config json vimgrep trim with-filename no-filename",
    valueLong:
      "after-context before-context context glob iglob type type-not max-count max-depth regexp color sort sortr max-columns",
    operands: "pattern-first",
  },
  rev: { operands: "paths" },
  sed: { flags: "n", operands: "pattern-first" },
  seq: { flags: "w", valueFlags: "sf", operands: "text" },
  sha1sum: { flags: "bt", operands: "paths" },
  sha256sum: { flags: "bt", operands: "paths" },
  sort: {
    flags: "bdfgihMnRrVcCmsuz",
    valueFlags: "kt",
    long: "reverse unique numeric-sort version-sort human-numeric-sort",
    valueLong: "key field-separator",
    operands: "paths",
  },
  stat: { flags: "fLt", valueFlags: "c", valueLong: "format printf", operands: "paths" },
  strings: { flags: "a", valueFlags: "nte", operands: "paths" },
  tac: { operands: "paths" },
  tail: {
    flags: "qvz",
    valueFlags: "nc",
    long: "quiet verbose",
    valueLong: "lines bytes",
    hasCount: true,
    operands: "paths",
  },
  test: { flags: "edfrwxsLhnz", operands: "paths" },
  tr: { flags: "cdst", operands: "text" },
  tree: {
    flags: "adfhisprtDFCn",
    valueFlags: "LIP",
    long: "gitignore dirsfirst noreport prune",
    valueLong: "filelimit",
    operands: "paths",
  },
  true: { operands: "text" },
  type: { flags: "atpP", operands: "text" },
  uniq: { flags: "cdDiuz", valueFlags: "fsw", long: "count repeated unique", operands: "paths" },
  uname: { flags: "amnoprsvi", operands: "none" },
  uptime: { flags: "ps", operands: "none" },
  wc: { flags: "clLmw", long: "lines words bytes chars", operands: "paths" },
  whereis: { flags: "bms", operands: "text" },
  which: { flags: "as", operands: "text" },
  whoami: { operands: "none" },
  xxd: { flags: "bipru", valueFlags: "clsg", operands: "paths" },
};

/** Say what version they are when that is all they are asked. */
export const versionTellers: ReadonlySet<string> = new Set(
  "node npm npx pnpm yarn bun deno python python3 pip pip3 cargo rustc ruby java tsc docker make gcc git rg bash".split(
    " ",
  ),
);

/** Programs that make or move files, and nothing more; judged as writing what they name. */
export const writingCommands: Readonly<Record<string, ReadOnlyCommand>> = {
  // whole folders are left out: nobody sees what is in them, and a `.git` that comes along is run by git later
  cp: { flags: "fnpuv", operands: "paths" },
  mkdir: { flags: "pv", long: "parents verbose", operands: "paths" },
  mv: { flags: "fnuv", operands: "paths" },
  touch: { flags: "acm", operands: "paths" },
};

const gitLog = {
  flags: "pusz",
  valueFlags: "nSGLU",
  long: "oneline graph all stat shortstat numstat name-only name-status summary decorate no-decorate no-merges merges first-parent reverse follow patch no-patch abbrev-commit cherry left-right full-history topo-order date-order branches tags remotes no-color word-diff raw minimal patience histogram cached staged ignore-all-space ignore-space-change ignore-blank-lines exit-code quiet check no-ext-diff no-textconv merge-base",
  valueLong:
    "max-count skip since until after before author committer grep format pretty date abbrev unified diff-filter color word-diff-regex find-renames",
  hasCount: true,
  operands: "paths",
} satisfies ReadOnlyCommand;

/** The second word of `git`. Nothing that fetches, configures, writes a file (`--output`) or runs a helper. */
export const readOnlyGitCommands: Readonly<Record<string, ReadOnlyCommand>> = {
  blame: { flags: "bcefnpstw", valueFlags: "L", long: "porcelain show-email", operands: "paths" },
  branch: {
    flags: "arv",
    long: "list show-current all remotes verbose no-color",
    valueLong: "contains merged no-merged sort format",
    operands: "none",
  },
  "cat-file": { flags: "ptse", operands: "text" },
  describe: { long: "tags all long always dirty exact-match", valueLong: "abbrev match", operands: "text" },
  diff: gitLog,
  log: gitLog,
  "ls-files": {
    flags: "cdmoiksz",
    long: "cached deleted modified others ignored exclude-standard stage",
    operands: "paths",
  },
  "ls-tree": { flags: "drtlz", long: "name-only full-tree full-name", operands: "paths" },
  "merge-base": { long: "is-ancestor all", operands: "text" },
  remote: { flags: "v", operands: "none" },
  "rev-list": {
    long: "count all no-merges merges left-right",
    valueLong: "max-count since until",
    hasCount: true,
    operands: "text",
  },
  "rev-parse": {
    long: "show-toplevel abbrev-ref short verify is-inside-work-tree git-dir show-prefix",
    operands: "text",
  },
  shortlog: { flags: "sne", long: "summary numbered email", operands: "text" },
  show: gitLog,
  status: {
    flags: "sbuvz",
    long: "short branch porcelain long untracked-files ignored",
    valueLong: "porcelain untracked-files ignored",
    operands: "paths",
  },
  tag: { flags: "l", long: "list", valueLong: "sort contains points-at", operands: "none" },
};
