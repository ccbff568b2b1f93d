import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CommandResult, Workspace } from "../../src/protocol/workspace.ts";

type Run = (command: string) => Promise<CommandResult>;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = async (content: Promise<Uint8Array | undefined>): Promise<string | undefined> => {
  const found = await content;
  return found === undefined ? undefined : Buffer.from(found).toString();
};

/** What files can be reached: the root, and what a judged plan names; whatever links, `..`, `/proc` and others do. */
export function describeFileReach(workspace: () => Workspace, run: Run): void {
  describe("what can be reached", () => describeReach(workspace, run));
}

function describeReach(workspace: () => Workspace, run: Run): void {
  const output = async (command: string): Promise<string> => Buffer.from((await run(command)).output).toString();
  let outside: string;
  beforeEach(async () => {
    outside = await output(
      'o=$(mktemp -d "$PWD-outside-XXXXXX"); mkdir $o/folder; echo secret > $o/file; echo secret > $o/folder/file; ' +
        'echo inside > file; mkdir folder; echo inside > folder/file; printf "%s" "$o"',
    );
  });
  afterEach(async () => {
    await run(`rm -rf ${outside}`);
  });
  const outsideNow = (): Promise<string> => output(`cd ${outside} && find . | sort && cat file folder/file`);
  const untouched = ".\n./file\n./folder\n./folder/file\nsecret\nsecret\n";

  describe("inside the root", () => {
    test("links that stay inside are followed: relative, absolute, to folders, one to the other, and with ..", async () => {
      await run(
        'ln -s folder/file relative; ln -s "$PWD/folder/file" absolute; ln -s folder other; ln -s other/file chain',
      );
      await run('ln -s .. folder/up; ln -s "../$(basename "$PWD")/file" around');
      for (const path of ["relative", "absolute", "other/file", "chain", "folder/up/file", "other/../file", "around"])
        expect(await text(workspace().readFile(path))).toBe("inside\n");
      await workspace().writeFile("chain", bytes("1"));
      await workspace().writeFile("other/new/deep", bytes("2"));
      expect(await output("cat folder/file folder/new/deep; readlink chain other")).toBe("12other/file\nfolder\n");
    });

    test("removing a link leaves what it leads to", async () => {
      await run(`ln -s folder/file link; ln -s ${outside}/file far`);
      await workspace().removeFile("link");
      await workspace().removeFile("far");
      expect(await output("ls -A . folder")).toBe(".:\nfile\nfolder\n\nfolder:\nfile\n");
      expect(await outsideNow()).toBe(untouched);
    });

    test("a link out of the root is listed as other, without what it leads to", async () => {
      await run(`ln -s ${outside}/file far; ln -s folder near`);
      const entries = await workspace().readFolder(".");
      expect(entries?.map(({ name, kind, isLink }) => `${name} ${kind} ${isLink}`)).toEqual([
        "far other true",
        "file file false",
        "folder folder false",
        "near folder true",
      ]);
    });
  });

  describe("outside the root", () => {
    const ways: readonly (readonly [string, (outside: string) => readonly [string, string]])[] = [
      ["an absolute path", (far) => ["true", far]],
      ["..", (far) => ["true", `../${far.slice(far.lastIndexOf("/") + 1)}`]],
      [".. behind a folder", (far) => ["true", `folder/../../${far.slice(far.lastIndexOf("/") + 1)}`]],
      ["a link to a folder", (far) => [`ln -s ${far} link`, "link"]],
      ["a link to a link", (far) => [`ln -s ${far} one; ln -s one link`, "link"]],
      ["a link to ..", (far) => ["ln -s .. link", `link/${far.slice(far.lastIndexOf("/") + 1)}`]],
      ["/proc/self/root", (far) => ["true", `/proc/self/root${far}`]],
      ["a link to /proc/self/root", (far) => ["ln -s /proc/self/root link", `link${far}`]],
      ["/proc/1/root", (far) => ["true", `/proc/1/root${far}`]],
      ["a link to /proc/self/cwd", (far) => ["ln -s /proc/self/cwd link", `link/../../../../../../../../..${far}`]],
      ["/proc/thread-self", (far) => ["true", `/proc/thread-self/root${far}`]],
    ];

    test.each(ways)("%s reaches nothing: not to read, to write, to list, to look at or to remove", async (_, way) => {
      const [prepare, path] = way(outside);
      await run(prepare);
      const refused = { code: "file-failed" };
      await expect(workspace().readFile(`${path}/file`)).rejects.toMatchObject(refused);
      await expect(workspace().readFile(`${path}/file`, { offset: 1, length: 2 })).rejects.toMatchObject(refused);
      await expect(workspace().stat(`${path}/file`)).rejects.toMatchObject(refused);
      await expect(workspace().readFolder(path)).rejects.toMatchObject(refused);
      await expect(workspace().writeFile(`${path}/file`, bytes("x"))).rejects.toMatchObject(refused);
      await expect(workspace().writeFile(`${path}/new/file`, bytes("x"))).rejects.toMatchObject(refused);
      await expect(workspace().removeFile(`${path}/file`)).rejects.toMatchObject(refused);
      expect(await outsideNow()).toBe(untouched);
    });

    test("a link to a file, and one to a file that is not there yet, reach nothing", async () => {
      await run(`ln -s ${outside}/file link; ln -s ${outside}/new dangling`);
      await expect(workspace().readFile("link")).rejects.toThrow(/outside the working folder/);
      await expect(workspace().writeFile("link", bytes("x"))).rejects.toThrow(/outside the working folder/);
      await expect(workspace().writeFile("dangling", bytes("x"))).rejects.toThrow(/outside the working folder/);
      expect(await outsideNow()).toBe(untouched);
    });

    test.each(["/dev/fd/0", "/dev/stdin", "/proc/self/fd/1", "/proc/self/environ", "/proc/self/mem"])(
      "%s is not read and not written, also through a link",
      async (path) => {
        await run(`ln -s ${path} link`);
        for (const name of [path, "link"]) {
          await expect(workspace().readFile(name)).rejects.toMatchObject({ code: "file-failed" });
          await expect(workspace().writeFile(name, bytes("x"))).rejects.toMatchObject({ code: "file-failed" });
        }
      },
    );
  });

  describe("what a plan names", () => {
    test("is reached under both of its paths, with what lies in it, and nothing beside it", async () => {
      await run(`ln -s ${outside}/folder link`);
      const plan = await workspace().plan(["link", `${outside}/none/new`]);
      expect(plan).toEqual([
        { path: "link", resolved: `${outside}/folder`, hasOtherNames: false },
        { path: `${outside}/none/new`, resolved: `${outside}/none/new`, hasOtherNames: false },
      ]);
      const permitted = workspace().permitting(plan);
      expect((await permitted.readFolder("link"))?.map(({ name }) => name)).toEqual(["file"]);
      expect(await text(permitted.readFile("link/file"))).toBe("secret\n");
      expect(await text(permitted.readFile(`${outside}/folder/file`))).toBe("secret\n");
      await permitted.writeFile(`${outside}/none/new`, bytes("new"));
      expect(await permitted.resolve("link")).toBe(`${outside}/folder`);
      await expect(permitted.readFile(`${outside}/file`)).rejects.toThrow(/outside the working folder/);
      await expect(permitted.readFile("link/../file")).rejects.toThrow(/outside the working folder/);
      await expect(workspace().readFile("link/file")).rejects.toThrow(/outside the working folder/);
      expect(await output(`cat ${outside}/none/new`)).toBe("new");
    });

    test("is what was judged: a link that came into its path since is not followed", async () => {
      await run("echo new > near; ln -s file link");
      const permitted = workspace().permitting(await workspace().plan(["near", "folder/file", "link", "folder/fresh"]));
      await run(`rm near; ln -s ${outside}/file near; mv folder moved; ln -s ${outside}/folder folder`);
      await run("rm link; ln -s near link");
      for (const path of ["near", "folder/file"]) {
        await expect(permitted.readFile(path)).rejects.toThrow(/became a link/);
        await expect(permitted.writeFile(path, bytes("x"))).rejects.toThrow(/became a link/);
      }
      await expect(permitted.writeFile("folder/fresh", bytes("x"))).rejects.toThrow(/became a link/);
      await expect(permitted.removeFile("folder/file")).rejects.toThrow(/became a link/);
      expect(await text(permitted.readFile("link"))).toBe("inside\n"); // as it stood when it was judged
      expect(await outsideNow()).toBe(untouched);
    });
  });

  describe("a file with other names", () => {
    beforeEach(async () => {
      await run(`ln ${outside}/file hard; mkdir -p node_modules/.store; ln ${outside}/file node_modules/.store/a`);
    });

    test("is not read and not replaced unless it was judged, and then the other name stays", async () => {
      await expect(workspace().readFile("hard")).rejects.toThrow(/names \(hard links\)/);
      await expect(workspace().writeFile("hard", bytes("x"))).rejects.toThrow(/names \(hard links\)/);
      const plan = await workspace().plan(["hard", "file"]);
      expect(plan.map(({ path, hasOtherNames }) => `${path} ${hasOtherNames}`)).toEqual(["hard true", "file false"]);
      const permitted = workspace().permitting(plan);
      expect(await text(permitted.readFile("hard"))).toBe("secret\n");
      await permitted.writeFile("hard", bytes("mine"));
      expect(await output("cat hard")).toBe("mine");
      expect(await outsideNow()).toBe(untouched);
    });

    test("is not what was judged when it got them since", async () => {
      const permitted = workspace().permitting(await workspace().plan(["file"]));
      await run(`ln -f ${outside}/file file`);
      await expect(permitted.readFile("file")).rejects.toThrow(/names \(hard links\)/);
    });

    test("is an ordinary one where package managers put it, and writing leaves their store alone", async () => {
      expect(await text(workspace().readFile("node_modules/.store/a"))).toBe("secret\n");
      await workspace().writeFile("node_modules/.store/a", bytes("patched"));
      expect(await output("cat node_modules/.store/a")).toBe("patched");
      expect(await outsideNow()).toBe(untouched);
    });

    test("can be removed: the other name stays", async () => {
      await workspace().removeFile("hard");
      expect(await outsideNow()).toBe(untouched);
    });
  });

  test("pipes, devices and sockets are never opened, inside and where a plan permits them", async () => {
    await run("mkfifo pipe; ln -s pipe link");
    const permitted = workspace().permitting(await workspace().plan(["/dev/zero", "/dev/tty", "pipe"]));
    for (const path of ["/dev/zero", "/dev/tty", "pipe"]) {
      expect(await permitted.stat(path)).toMatchObject({ kind: "other" });
      await expect(permitted.readFile(path)).rejects.toThrow(/a pipe, a socket or a device/);
      await expect(permitted.writeFile(path, bytes("x"))).rejects.toThrow(/a pipe, a socket or a device/);
    }
    await expect(workspace().readFile("link")).rejects.toThrow(/a pipe, a socket or a device/);
    expect(await output("ls -A")).toBe("file\nfolder\nlink\npipe\n");
  });
}
