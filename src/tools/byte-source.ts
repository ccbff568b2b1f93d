import type { OutputStore } from "../protocol/tool.ts";
import type { Workspace } from "../protocol/workspace.ts";
import { outputPrefix } from "./file-output-store.ts";

/** Bytes of known size that can be read in any order: a file, or a kept output. */
export type ByteSource = {
  readonly size: number;
  /** Fewer bytes than asked for only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
};

/** `undefined` when there is no such output. */
export async function outputSource(name: string, outputs: OutputStore): Promise<ByteSource | undefined> {
  const size = await outputs.size(name);
  if (size === undefined) return undefined;
  return { size, read: async (offset, length) => (await outputs.load(name, { offset, length })) ?? new Uint8Array() };
}

/** A file that has been looked at; when it is gone by the time it is read, there is nothing in it. */
export function fileSource(path: string, size: number, workspace: Workspace): ByteSource {
  return {
    size,
    read: async (offset, length) => (await workspace.readFile(path, { offset, length })) ?? new Uint8Array(),
  };
}

export function isOutputName(path: string): boolean {
  return path.startsWith(outputPrefix);
}
