import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AgentError } from "../protocol/agent-error.ts";
import type { OutputStore } from "../protocol/tool.ts";

export const outputPrefix = "output:";
const extension = ".out";
const defaultMaxBytes = 500 * 1024 * 1024;

/** Long outputs as files of one folder, for this user only; beyond `maxBytes` the oldest go first. */
export function createOutputStore(folder: string, maxBytes = defaultMaxBytes): OutputStore {
  return {
    async save(id, bytes) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, fileNameOf(id));
      await writeFile(`${path}.tmp`, bytes, { mode: 0o600 });
      await rename(`${path}.tmp`, path);
      await prune(folder, maxBytes, path);
      return `${outputPrefix}${id}`;
    },
    async size(name) {
      const path = pathOf(folder, name);
      return path === undefined ? undefined : (await infoOf(path))?.size;
    },
    async load(name, range) {
      const path = pathOf(folder, name);
      const size = path === undefined ? undefined : (await infoOf(path))?.size;
      if (path === undefined || size === undefined) return undefined;
      await using file = await open(path, "r");
      if (range === undefined) return await file.readFile();
      const buffer = Buffer.alloc(Math.max(0, Math.min(range.length, size - range.offset)));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, range.offset);
      return buffer.subarray(0, bytesRead);
    },
  };
}

/** An id is made of letters that cannot leave the folder; whatever else is in it, is written as its number. */
function fileNameOf(id: string): string {
  const safe = id.replaceAll(/[^a-zA-Z0-9_-]/g, (character) => `%${character.codePointAt(0)?.toString(16)}.`);
  if (safe === "" || safe.length > 200)
    throw new AgentError("bad-data", `${JSON.stringify(id)} cannot name an output.`);
  return safe + extension;
}

function pathOf(folder: string, name: string): string | undefined {
  const id = name.startsWith(outputPrefix) ? name.slice(outputPrefix.length) : "";
  return id === "" || id.length > 60 ? undefined : join(folder, fileNameOf(id));
}

type Info = { readonly size: number; readonly modifiedMs: number };

async function infoOf(path: string): Promise<Info | undefined> {
  const info = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  return info === undefined ? undefined : { size: info.size, modifiedMs: info.mtimeMs };
}

async function prune(folder: string, maxBytes: number, newest: string): Promise<void> {
  const paths = (await readdir(folder)).filter((name) => name.endsWith(extension)).map((name) => join(folder, name));
  const files: { readonly path: string; readonly info: Info }[] = [];
  for (const path of paths) {
    const info = await infoOf(path);
    if (info !== undefined && path !== newest) files.push({ path, info });
  }
  let total = ((await infoOf(newest))?.size ?? 0) + files.reduce((sum, { info }) => sum + info.size, 0);
  for (const { path, info } of files.toSorted((a, b) => a.info.modifiedMs - b.info.modifiedMs)) {
    if (total <= maxBytes) return;
    await rm(path, { force: true });
    total -= info.size;
  }
}
