import type { OutputStore } from "../protocol/tool.ts";
import type { Workspace } from "../protocol/workspace.ts";
import { outputPrefix } from "./file-output-store.ts";

/** Bytes of known size that can be read in any order: a file, or a kept output. */
export type ByteSource = {
  readonly size: number;
  /** Fewer bytes than asked for only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
};

export type Places = { readonly workspace: Workspace; readonly outputs: OutputStore };

/** `undefined` when there is no such file or output. */
export async function openSource(path: string, { workspace, outputs }: Places): Promise<ByteSource | undefined> {
  if (isOutputName(path)) {
    const size = await outputs.size(path);
    if (size === undefined) return undefined;
    return { size, read: async (offset, length) => (await outputs.load(path, { offset, length })) ?? new Uint8Array() };
  }
  const info = await workspace.stat(path);
  if (info === undefined) return undefined;
  return {
    size: info.size,
    read: async (offset, length) => (await workspace.readFile(path, { offset, length })) ?? new Uint8Array(),
  };
}

export function isOutputName(path: string): boolean {
  return path.startsWith(outputPrefix);
}
