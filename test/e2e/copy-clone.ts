import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The repository under test. */
export const repository = resolve(import.meta.dirname, "../..");

export interface CloneCopy extends Disposable {
  /** Its absolute path. */
  readonly path: string;
  /** Writes a file, making its folders. */
  write(path: string, content: string): void;
}

const copied = ["src", "scripts", "bin", "package.json", "tsconfig.json", ".oxlintrc.json", "vitest.config.ts"];

/** A clone as git would make it, without `dist/`; its packages are a link to ours. Removed when disposed. */
export function copyClone(name = "clone"): CloneCopy {
  const parent = mkdtempSync(join(tmpdir(), "hermes-clone-"));
  const path = join(parent, name);
  for (const entry of copied) cpSync(join(repository, entry), join(path, entry), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(path, "node_modules"));
  return {
    path,
    write: (file, content) => {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), content);
    },
    [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true }),
  };
}
