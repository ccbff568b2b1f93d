import { chmodSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectContext } from "../../../src/app/project-context.ts";

/** A repository with a folder in it, and a secret beside it. */
function newRepository(): { readonly top: string; readonly folder: string; readonly secret: string } {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "hermes-context-")));
  const top = join(parent, "repository");
  const folder = join(top, "part");
  mkdirSync(join(top, ".git"), { recursive: true });
  mkdirSync(folder);
  const secret = join(parent, "secret");
  writeFileSync(secret, "the key");
  return { top, folder, secret };
}

describe("projectContext", () => {
  test("is what people left from the top of the repository down, the first known name of each folder", () => {
    const { top, folder } = newRepository();
    writeFileSync(join(top, "AGENTS.md"), "top\n");
    writeFileSync(join(top, "CLAUDE.md"), "not read");
    writeFileSync(join(folder, "CLAUDE.md"), "part");
    expect(projectContext(folder)).toEqual([
      { path: "../AGENTS.md", text: "top" },
      { path: "CLAUDE.md", text: "part" },
    ]);
  });

  test("a link inside the repository is followed, one that leads out of it is not", () => {
    const { top, folder, secret } = newRepository();
    writeFileSync(join(top, "AGENTS.md"), "top");
    symlinkSync("../AGENTS.md", join(folder, "AGENTS.md"));
    expect(projectContext(folder).map(({ text }) => text)).toEqual(["top", "top"]);
    const other = newRepository();
    symlinkSync(secret, join(other.top, "AGENTS.md"));
    symlinkSync("../../secret", join(other.folder, "CLAUDE.md"));
    expect(projectContext(other.folder)).toEqual([]);
  });

  test("what cannot be read is left out", () => {
    const { folder } = newRepository();
    const file = join(folder, "AGENTS.md");
    writeFileSync(file, "x");
    chmodSync(file, 0o000);
    const isRoot = process.getuid?.() === 0; // reads it all the same
    expect(projectContext(folder)).toHaveLength(isRoot ? 1 : 0);
    symlinkSync("HERMES.md", join(folder, "HERMES.md"));
    expect(() => projectContext(folder)).not.toThrow();
  });
});
