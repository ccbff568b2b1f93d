import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { EmulatedReply } from "../emulators/model-reply.ts";
import { startModelServer, type EmulatedRequest } from "../emulators/model-server.ts";
import { ended, endpoint, newPlace, runHermes, startHermes, type Ended, type Place } from "./run-hermes.ts";

/** Does the command that the person wrote, and says so. */
function doer({ asked, results }: EmulatedRequest): EmulatedReply {
  if (results.length > 0) return { text: "Done." };
  if (asked.startsWith("write ")) {
    return { calls: [{ name: "write_file", arguments: { path: "deep/new.txt", content: asked.slice(6) } }] };
  }
  return asked.startsWith("run ")
    ? { calls: [{ name: "terminal", arguments: { command: asked.slice(4) } }] }
    : { text: "Yes." };
}

/** Everything of a tree that an undo promises: kinds, modes, contents, targets, times of files. */
function treeOf(root: string, folder = ""): Readonly<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(join(root, folder)).toSorted()) {
    const path = join(folder, name);
    const info = lstatSync(join(root, path));
    const mode = (info.mode & 0o7777).toString(8);
    if (info.isSymbolicLink()) tree[path] = `link ${readlinkSync(join(root, path))}`;
    else if (info.isDirectory()) Object.assign(tree, { [path]: `folder ${mode}` }, treeOf(root, path));
    else
      tree[path] =
        `file ${mode} ${Math.round(info.mtimeMs)} ${readFileSync(join(root, path)).toString("base64").slice(0, 200)}`;
  }
  return tree;
}

function fill(folder: string): void {
  const files = {
    "a.txt": "one\n",
    "with space/öß\n€.txt": "odd names\n",
    "bin/tool": "#!/bin/sh\n",
    "data.bin": Buffer.from([0, 255, 1, 254]),
    "empty.txt": "",
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  chmodSync(join(folder, "bin/tool"), 0o750);
  mkdirSync(join(folder, "empty/deeper"), { recursive: true });
  chmodSync(join(folder, "empty"), 0o700);
  symlinkSync("a.txt", join(folder, "link"));
  symlinkSync("../outside/nowhere", join(folder, "broken"));
}

function git(place: Place, ...args: readonly string[]): string {
  const names = ["user.name=A", "user.email=a@example.com", "init.defaultBranch=main", "gc.auto=0"];
  const options = names.flatMap((name) => ["-c", name]);
  return execFileSync("git", [...options, ...args], { cwd: place.folder, encoding: "utf8" });
}

async function inPlace(
  use: (place: Place, say: (text: string, ...args: readonly string[]) => Promise<Ended>) => Promise<void>,
): Promise<void> {
  await using server = await startModelServer({ reply: doer });
  using place = newPlace(endpoint(server.baseUrl));
  await use(place, (text, ...args) => runHermes(place, ["-p", text, "--yes", ...args]));
}

describe("hermes workspace undo", () => {
  test.each(["rm -rf ./* ./.[!.]*", 'd=$PWD; cd /; rm -rf "$d"; mkdir "$d"', 'd=$PWD; cd /; rm -rf "$d"'])(
    "after %s the folder is as it was, and the undo can be undone",
    async (command) => {
      await inPlace(async (place, say) => {
        fill(place.folder);
        const before = treeOf(place.folder);
        await say(`run ${command}`);
        const isThere = existsSync(place.folder);
        expect(isThere ? treeOf(place.folder) : {}).toEqual({});
        const [session] = (
          await runHermes({ ...place, folder: place.home }, ["sessions", "list", "--json"])
        ).stdout.split("\n");
        const { id } = JSON.parse(session ?? "") as { id: string };
        const elsewhere = { ...place, folder: place.home };
        const undo = await runHermes(elsewhere, ["workspace", "undo", "--session", id, "--json"]);
        expect(undo).toMatchObject({ exitCode: 0, stderr: "" });
        expect(treeOf(place.folder)).toEqual(before);
        const { checkpointId } = JSON.parse(undo.stdout) as { checkpointId: string };
        const redo = await runHermes(elsewhere, ["workspace", "undo", "--session", id, "--to", checkpointId]);
        expect(redo.exitCode).toBe(0);
        expect(treeOf(place.folder)).toEqual({});
        await runHermes(elsewhere, ["workspace", "undo", "--session", id]);
        expect(treeOf(place.folder)).toEqual(before);
      });
    },
  );

  test("an overwritten file comes back; a person's own files stay; a file changed since is named, not overwritten", async () => {
    await inPlace(async (place, say) => {
      fill(place.folder);
      await say("run printf agent > a.txt; printf agent > data.bin; touch added");
      writeFileSync(join(place.folder, "mine.txt"), "mine");
      writeFileSync(join(place.folder, "data.bin"), "mine too");
      const refused = await runHermes(place, ["workspace", "undo"]);
      expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
      expect(refused.stderr).toMatch(/Nothing was changed\..*\n {2}data\.bin: changed since[^\n]*\n.*--keep.*--force/u);
      expect(readFileSync(join(place.folder, "a.txt"), "utf8")).toBe("agent");
      const kept = await runHermes(place, ["workspace", "undo", "--keep"]);
      expect(kept.exitCode).toBe(0);
      const read = (path: string): string => readFileSync(join(place.folder, path), "utf8");
      expect([read("a.txt"), read("data.bin"), read("mine.txt")]).toEqual(["one\n", "mine too", "mine"]);
      expect(existsSync(join(place.folder, "added"))).toBe(false);
    });
  });

  test("git reset --hard with work that was not committed, and a moved branch, are as they were", async () => {
    await inPlace(async (place, say) => {
      fill(place.folder);
      writeFileSync(join(place.folder, ".gitignore"), "*.env\n");
      git(place, "init", "-q");
      git(place, "add", ".");
      git(place, "commit", "-qm", "one");
      writeFileSync(join(place.folder, "a.txt"), "two\n");
      git(place, "commit", "-qam", "two");
      writeFileSync(join(place.folder, "a.txt"), "not committed\n");
      writeFileSync(join(place.folder, "staged.txt"), "staged\n");
      git(place, "add", "staged.txt");
      writeFileSync(join(place.folder, "key.env"), "ignored\n");
      const state = (): readonly string[] => [
        git(place, "status", "--porcelain=v2", "--branch"),
        git(place, "log", "--format=%H %s"),
        git(place, "reflog"),
      ];
      const before = [state(), treeOf(place.folder)["a.txt"], treeOf(place.folder)["key.env"]];
      await say("run git reset -q --hard HEAD~1 && git checkout -q -b other && echo lost > key.env");
      utimesSync(join(place.folder, "empty.txt"), 1_000, 1_000);
      git(place, "status"); // a look writes the index anew, which is no change of a person
      expect(state()).not.toEqual(before[0]);
      expect(await runHermes(place, ["workspace", "undo"])).toMatchObject({ exitCode: 0, stderr: "" });
      expect([state(), treeOf(place.folder)["a.txt"], treeOf(place.folder)["key.env"]]).toEqual(before);
      expect(git(place, "fsck", "--full")).toBe("");
    });
  });

  test("a commit of the person's since then is named, and its objects stay whatever is chosen", async () => {
    await inPlace(async (place, say) => {
      fill(place.folder);
      git(place, "init", "-q");
      git(place, "add", ".");
      git(place, "commit", "-qm", "one");
      await say(
        "run echo agent > a.txt; git -c user.name=B -c user.email=b@example.com commit -qam agent; echo more > data.bin",
      );
      writeFileSync(join(place.folder, "mine.txt"), "mine");
      git(place, "add", "mine.txt");
      git(place, "commit", "-qm", "mine");
      const refused = await runHermes(place, ["workspace", "undo"]);
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toMatch(/\n {2}\.git\/refs\/heads\/main: changed since/u);
      const kept = await runHermes(place, ["workspace", "undo", "--keep"]);
      expect(kept.exitCode).toBe(0);
      expect(git(place, "log", "--format=%s")).toBe("mine\nagent\none\n");
      expect([git(place, "fsck", "--full"), git(place, "status", "--porcelain")]).toEqual(["", " M a.txt\n"]);
    });
  });

  test("after a run that was stopped in the middle of its damage", async () => {
    await inPlace(async (place) => {
      fill(place.folder);
      const before = treeOf(place.folder);
      const child = startHermes(place, ["-p", "run rm -r bin; echo x > a.txt; sleep 60", "--yes"]);
      const over = ended(child);
      await expect.poll(() => readFileSync(join(place.folder, "a.txt"), "utf8"), { timeout: 20_000 }).toBe("x\n");
      child.kill("SIGINT");
      expect((await over).exitCode).toBe(130);
      expect(await runHermes(place, ["workspace", "undo"])).toMatchObject({ exitCode: 0, stderr: "" });
      expect(treeOf(place.folder)).toEqual(before);
    });
  });

  test("the list shows what was done, and a file with its folder is taken back", async () => {
    await inPlace(async (place, say) => {
      fill(place.folder);
      const before = treeOf(place.folder);
      await say("write hello");
      await say("run echo more >> a.txt", "-c");
      const listed = await runHermes(place, ["workspace", "undo", "--list"]);
      expect(listed.stdout).toMatch(
        /1 changed {2}terminal: echo more >> a\.txt\n.*2 changed {2}write_file: deep\/new\.txt\n/u,
      );
      const oldest = listed.stdout.trimEnd().split("\n").at(-1)?.split(" ")[0] ?? "";
      const undo = await runHermes(place, ["workspace", "undo", "--to", oldest]);
      expect(undo.stdout).toMatch(
        /Took back terminal: .*; write_file: deep\/new\.txt\nRestored 1:\n {2}a\.txt\nRemoved 2:/u,
      );
      expect(treeOf(place.folder)).toEqual(before);
      expect((await runHermes(place, ["workspace", "undo"])).stdout).toBe("There are no file changes to take back.\n");
    });
  });

  test("the model is told what a command changed", async () => {
    await inPlace(async (place, say) => {
      fill(place.folder);
      const run = await say("run rm a.txt; touch new; echo x > empty.txt", "--json");
      const end = run.stdout.split("\n").find((row) => row.includes('"tool-end"')) ?? "{}";
      const { text } = JSON.parse(end) as { text: string };
      expect(text).toMatch(/\n\[changed: empty\.txt, new \(new\), a\.txt \(gone\)\]$/u);
    });
  });
});

describe("/undo", () => {
  test("takes back the files and the turn; the model is told once and sees no more of it", async () => {
    await using server = await startModelServer({ reply: doer });
    using place = newPlace(endpoint(server.baseUrl));
    fill(place.folder);
    const before = treeOf(place.folder);
    await runHermes(place, ["-p", "hello"]);
    await runHermes(place, ["-c", "-p", "run rm -r bin", "--yes"]);
    const undo = await runHermes(place, ["-c", "-p", "/undo"]);
    expect(undo).toMatchObject({ exitCode: 0, stderr: "" });
    expect(undo.stdout).toMatch(/^The last turn is taken back.*\nTook back terminal: rm -r bin\nRestored 2:\n/u);
    expect(treeOf(place.folder)).toEqual(before);
    await runHermes(place, ["-c", "-p", "and now"]);
    const sent = server.requests.at(-1)?.raw ?? "";
    expect([sent.includes("hello"), sent.includes("rm -r bin"), sent.includes("took back the last turn")]).toEqual([
      true,
      false,
      true,
    ]);
    const shown = await runHermes(place, [
      "sessions",
      "show",
      sessionOf(await runHermes(place, ["sessions", "list", "--json"])),
    ]);
    expect(shown.stdout).toContain("rm -r bin");
    await runHermes(place, ["-c", "-p", "again"]);
    expect(server.requests.at(-1)?.raw.split("took back the last turn")).toHaveLength(2);
  });

  test("a word that is no command is named with those that are; a path begins a task", async () => {
    await inPlace(async (place, say) => {
      const unknown = await say("/undoo", "-c");
      expect(unknown.exitCode).toBe(2);
      expect(unknown.stderr).toMatch(/There is no command \/undoo\. There is: .*\/undo \[--force \| --keep\]/);
      expect((await say("/undo")).stderr).toContain("Which session?");
      expect(await say("/tmp is a folder")).toMatchObject({ exitCode: 0, stdout: "Yes.\n" });
      expect(await say("/etc/hosts is a file")).toMatchObject({ exitCode: 0, stdout: "Yes.\n" });
      rmSync(place.home, { recursive: true });
    });
  });
});

function sessionOf(listed: Ended): string {
  return (JSON.parse(listed.stdout.split("\n")[0] ?? "{}") as { id: string }).id;
}
