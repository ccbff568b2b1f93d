import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Publication {
  /** File name → content; one of them is `main.js`. */
  readonly files: ReadonlyMap<string, string>;
  readonly directory: string;
  readonly startedAt: Date;
}

/**
 * Puts the files in place one rename at a time, `main.js` last, so that whoever starts meanwhile sees the old program
 * or the new one, and two builds at once do no harm. Old chunks stay for a day, because a running program may still
 * load one of them.
 */
export function publish({ files, directory, startedAt }: Publication): void {
  const staging = join(directory, `.build-${process.pid}`);
  mkdirSync(staging, { recursive: true });
  try {
    for (const [name, content] of files) {
      const path = join(staging, name);
      writeFileSync(path, content);
      // What was edited while we built is newer than this, so that the launcher builds again.
      utimesSync(path, startedAt, startedAt);
    }
    chmodSync(join(staging, "main.js"), 0o755);
    for (const name of files.keys()) if (name !== "main.js") renameSync(join(staging, name), join(directory, name));
    renameSync(join(staging, "main.js"), join(directory, "main.js"));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  removeOld({ files, directory, startedAt });
}

const keptForMs = 24 * 60 * 60 * 1000;

function removeOld({ files, directory, startedAt }: Publication): void {
  for (const name of readdirSync(directory)) {
    if (files.has(name)) continue;
    const modified = statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? startedAt.getTime();
    if (modified < startedAt.getTime() - keptForMs) rmSync(join(directory, name), { recursive: true, force: true });
  }
}
