import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TreeEntry, TreeStep, WorkspaceTree } from "../../src/protocol/checkpoint.ts";

/** A tree on an empty root, and bash with the root as its folder. */
export type TreePlace = AsyncDisposable & {
  readonly tree: WorkspaceTree;
  run(script: string): Promise<string>;
};

const never = new AbortController().signal;
const many = { maxEntries: 1_000 };

/** Everything that checkpoints need of a backend's tree. */
export function describeTree(name: string, open: () => Promise<TreePlace>): void {
  describe(`tree: ${name}`, () => {
    let place: TreePlace;
    beforeEach(async () => {
      place = await open();
    });
    afterEach(() => place[Symbol.asyncDispose]());
    describeListing(() => place);
    describeReading(() => place);
    describeChanging(() => place);
  });
}

async function entriesOf({ tree }: TreePlace): Promise<Readonly<Record<string, string>>> {
  const { entries } = await tree.list(many, never);
  const told = ({ kind, mode, target }: TreeEntry): string =>
    kind === "link" ? `link ${target}` : `${kind} ${mode.toString(8)}`;
  return Object.fromEntries([...entries].filter(([path]) => path !== "").map(([path, entry]) => [path, told(entry)]));
}

async function entryAt({ tree }: TreePlace, path: string): Promise<TreeEntry> {
  const entry = (await tree.list(many, never)).entries.get(path);
  if (entry === undefined) throw new Error(`${path} is not listed`);
  return entry;
}

function describeListing(here: () => TreePlace): void {
  test("every kind of name is listed, hidden, odd and empty ones too, links unfollowed, parents first", async () => {
    await here().run(
      "umask 022; mkdir -p 'a b/c' .hidden empty; echo x >'a b/c/new\nline'; echo x >.hidden/ö; chmod 4751 .hidden/ö; " +
        "ln -s / top; ln -s nowhere gone; mkfifo pipe",
    );
    expect(await entriesOf(here())).toEqual({
      ".hidden": "folder 755",
      ".hidden/ö": "file 4751",
      "a b": "folder 755",
      "a b/c": "folder 755",
      "a b/c/new\nline": "file 644",
      empty: "folder 755",
      gone: "link nowhere",
      pipe: "other 644",
      top: "link /",
    });
    const paths = [...(await here().tree.list(many, never)).entries.keys()];
    expect(paths.indexOf("a b")).toBeLessThan(paths.indexOf("a b/c"));
    expect(paths[0]).toBe("");
  });

  test("what a tool makes again is left out and said; the locks of git are passed over", async () => {
    await here().run(
      "mkdir -p node_modules/x env cache not-a-cache .git/refs; touch node_modules/x/y env/pyvenv.cfg " +
        ".git/index.lock .git/refs/a yarn.lock; echo 'Signature: 8a477f597d28d172789f06886806bc55' >cache/CACHEDIR.TAG; " +
        "echo else >not-a-cache/CACHEDIR.TAG",
    );
    const { leftOut } = await here().tree.list(many, never);
    expect(leftOut).toEqual(["cache", "env", "node_modules"].map((path) => ({ path, why: "rebuildable" })));
    expect(Object.keys(await entriesOf(here())).toSorted()).toEqual([
      ".git",
      ".git/refs",
      ".git/refs/a",
      "not-a-cache",
      "not-a-cache/CACHEDIR.TAG",
      "yarn.lock",
    ]);
  });

  test("a change shows, also one that keeps size and time", async () => {
    await here().run("echo one >a; touch -d @1000000000 a");
    const before = await entryAt(here(), "a");
    await here().run("sleep 0.05; echo two >a; touch -d @1000000000 a");
    const after = await entryAt(here(), "a");
    expect([after.size, after.modifiedMs]).toEqual([before.size, before.modifiedMs]);
    expect(after.changedMs).toBeGreaterThan(before.changedMs);
  });

  test("only some paths are listed with the folders above them; what is missing is not", async () => {
    await here().run("mkdir -p a/b other; touch a/b/c a/b/d other/e");
    const { entries } = await here().tree.list({ ...many, paths: ["a/b/c", "new/file", "a/b/c/deeper"] }, never);
    expect([...entries.keys()].toSorted()).toEqual(["", "a", "a/b", "a/b/c"]);
  });

  test("too many names are said, not cut", async () => {
    await here().run("touch 1 2 3 4 5");
    expect(await here().tree.list({ maxEntries: 4 }, never)).toMatchObject({ isWhole: false });
    expect(await here().tree.list({ maxEntries: 6 }, never)).toMatchObject({ isWhole: true });
  });

  test("a missing root lists nothing", async () => {
    await here().run('rm -rf "$PWD"');
    expect(await here().tree.list(many, never)).toEqual({ entries: new Map(), leftOut: [], isWhole: true });
  });
}

function describeReading(here: () => TreePlace): void {
  test("contents are exact; links, folders, pipes and missing names are passed over", async () => {
    await here().run(String.raw`printf 'a\000b\377' >bytes; : >empty; ln -s bytes link; mkdir folder; mkfifo pipe`);
    const read = await Array.fromAsync(here().tree.read(["bytes", "empty", "link", "folder", "pipe", "none"], never));
    expect(read.map(({ path, bytes, entry }) => [path, Buffer.from(bytes).toString("hex"), entry.size])).toEqual([
      ["bytes", "610062ff", 4],
      ["empty", "", 0],
    ]);
  });
}

function describeChanging(here: () => TreePlace): void {
  const entry = (kind: TreeEntry["kind"], change: Partial<TreeEntry> = {}): TreeEntry => ({
    kind,
    mode: 0o640,
    size: 0,
    modifiedMs: 1_000_000_000_500,
    changedMs: 0,
    inode: 0,
    userId: process.getuid?.() ?? 0,
    groupId: process.getgid?.() ?? 0,
    ...change,
  });
  const file = (path: string, text: string, seen?: TreeEntry): TreeStep => ({
    act: "make",
    path,
    seen,
    entry: entry("file"),
    bytes: () => Buffer.from(text),
  });

  test("folders, files and links are made with mode and time, in a folder that may not be written too", async () => {
    const steps: readonly TreeStep[] = [
      { act: "make", path: "closed", seen: undefined, entry: entry("folder", { mode: 0o500 }) },
      file("closed/file\nname", "text"),
      { act: "make", path: "closed/link", seen: undefined, entry: entry("link", { target: "../else where" }) },
    ];
    expect(await here().tree.change(steps)).toEqual([]);
    expect(await entriesOf(here())).toEqual({
      closed: "folder 500",
      "closed/file\nname": "file 640",
      "closed/link": "link ../else where",
    });
    expect(await here().run("cat closed/file*; find . -mindepth 1 -printf ' %TY'; ls -A closed | wc -l")).toBe(
      "text 2001 2001 20013\n",
    );
    expect((await entryAt(here(), "closed/file\nname")).modifiedMs).toBe(1_000_000_000_500);
    await here().run("chmod 700 closed"); // or nobody but root could remove it
  });

  test("a file is replaced whole, a folder is removed when it is empty, a missing root is made again", async () => {
    await here().run("echo old >a; mkdir full empty; touch full/x");
    const seen = await entryAt(here(), "a");
    const steps: readonly TreeStep[] = [
      { act: "remove", path: "full", seen: await entryAt(here(), "full") },
      { act: "remove", path: "empty", seen: await entryAt(here(), "empty") },
      file("a", "new", seen),
    ];
    expect(await here().tree.change(steps)).toEqual([]);
    expect(await here().run("cat a; ls -A; ls full")).toBe("newa\nfull\nx\n");
    await here().run('rm -rf "$PWD"');
    expect(await here().tree.change([file("b", "back")])).toEqual([]);
    expect(await here().run("cat b")).toBe("back");
  });

  test("what changed in the last moment is not overwritten, and the rest goes on", async () => {
    await here().run("echo one >a; echo one >b");
    const [a, b] = [await entryAt(here(), "a"), await entryAt(here(), "b")];
    await here().run("sleep 0.05; echo mine >a; echo mine >c");
    const problems = await here().tree.change([
      file("a", "theirs", a),
      { act: "remove", path: "a", seen: a },
      file("c", "theirs"),
      file("b", "theirs", b),
    ]);
    expect(problems.map(({ path, why }) => [path, /changed while/.test(why)])).toEqual([
      ["a", true],
      ["a", true],
      ["c", true],
    ]);
    expect(await here().run("cat a b c")).toBe("mine\ntheirsmine\n");
  });

  test("no link leads out of the root, neither a folder nor a name with dots", async () => {
    await here().run(
      "mkdir ../outside; echo kept >../outside/file; ln -s ../outside way; ln -s ../outside/file direct",
    );
    const direct = await entryAt(here(), "direct");
    const seen = entry("file");
    const problems = await here().tree.change([
      file("way/new", "x"),
      { act: "remove", path: "way/file", seen },
      file("../outside/new", "x"),
      file("direct", "in its place", direct),
    ]);
    expect(problems.map(({ path }) => path)).toEqual(["way/new", "way/file", "../outside/new"]);
    expect(await here().run("ls ../outside; cat ../outside/file direct; [ ! -L direct ] && echo ' a file'")).toBe(
      "file\nkept\nin its place a file\n",
    );
  });
}
