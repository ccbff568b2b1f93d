import type { FileStat, Workspace } from "../protocol/workspace.ts";
import type { FileKnowledge } from "./file-knowledge.ts";
import { decodeText, encodeText, type DecodedText } from "./text-encoding.ts";

/** A file about to be changed, as it is now. */
export type EditedFile = {
  /** As the model wrote it. */
  readonly path: string;
  readonly resolvedPath: string;
  /** `undefined` when it does not exist. */
  readonly before:
    | { readonly bytes: Uint8Array; readonly info: FileStat; readonly decoded: DecodedText | undefined }
    | undefined;
  readonly state: "known" | "changed" | "unseen" | "new";
};

export type EditPlace = { readonly workspace: Workspace; readonly knowledge: FileKnowledge };

export async function openForEdit(path: string, { workspace, knowledge }: EditPlace): Promise<EditedFile> {
  const resolvedPath = await workspace.resolve(path);
  const info = await workspace.stat(resolvedPath);
  const bytes = info === undefined ? undefined : await workspace.readFile(resolvedPath);
  if (info === undefined || bytes === undefined) return { path, resolvedPath, before: undefined, state: "new" };
  const state = knowledge.stateOf(resolvedPath, info, bytes);
  return { path, resolvedPath, before: { bytes, info, decoded: decodeText(bytes) }, state };
}

/** Writes the text in the encoding the file has; a new file is UTF-8. Ends with a sentence when that cannot hold it. */
export function bytesFor(file: EditedFile, text: string): Uint8Array | { readonly problem: string } {
  const { encoding = "utf-8", hasMark = false } = file.before?.decoded ?? {};
  const body = hasMark && text.startsWith("\u{FEFF}") ? text.slice(1) : text;
  const bytes = encodeText({ text: body, encoding, hasMark });
  return (
    bytes ?? {
      problem: `${file.path} is ${encoding} and cannot hold some of these characters; convert it first (iconv).`,
    }
  );
}

export async function writeEdit(
  file: EditedFile,
  bytes: Uint8Array,
  { workspace, knowledge }: EditPlace,
): Promise<void> {
  await workspace.writeFile(file.resolvedPath, bytes);
  const info = await workspace.stat(file.resolvedPath);
  if (info !== undefined) knowledge.note(file.resolvedPath, info, bytes);
}
