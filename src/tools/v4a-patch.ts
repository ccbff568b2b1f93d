/** What a V4A patch asks for, file by file, before any file has been looked at. */
export type FilePatch =
  | { readonly act: "add"; readonly path: string; readonly content: string }
  | { readonly act: "delete"; readonly path: string }
  | {
      readonly act: "update";
      readonly path: string;
      readonly moveTo: string | undefined;
      readonly hunks: readonly Hunk[];
    };

/** `anchors`: lines after which the hunk stands, in order. `atEnd`: its old lines are the last of the file. */
export type Hunk = {
  readonly anchors: readonly string[];
  readonly oldLines: readonly string[];
  readonly newLines: readonly string[];
  readonly atEnd: boolean;
};

export type ParsedPatch = { readonly files: readonly FilePatch[] } | { readonly problem: string };

const header = /^\*\*\* (Add File|Delete File|Update File|Move to): (.+)$/;

export function parseV4aPatch(text: string): ParsedPatch {
  const lines = text.replaceAll("\r\n", "\n").trim().split("\n");
  if (lines[0]?.trim() !== "*** Begin Patch") return { problem: "the patch must begin with the line *** Begin Patch" };
  if (lines.at(-1)?.trim() !== "*** End Patch") return { problem: "the patch must end with the line *** End Patch" };
  const sections = sectionsOf(lines.slice(1, -1));
  if ("problem" in sections) return sections;
  const files: FilePatch[] = [];
  for (const section of sections.list) {
    const file = fileOf(section);
    if ("problem" in file) return file;
    files.push(file);
  }
  return files.length === 0 ? { problem: "the patch names no file" } : { files };
}

type Section = {
  readonly act: string;
  readonly path: string;
  readonly body: readonly string[];
  readonly moveTo: string | undefined;
};

function sectionsOf(lines: readonly string[]): { readonly list: readonly Section[] } | { readonly problem: string } {
  const list: { act: string; path: string; body: string[]; moveTo: string | undefined }[] = [];
  for (const line of lines) {
    const [, act, path = ""] = header.exec(line) ?? [];
    const current = list.at(-1);
    if (act === "Move to" && current !== undefined) current.moveTo = path.trim();
    else if (act !== undefined) list.push({ act, path: path.trim(), body: [], moveTo: undefined });
    else if (current !== undefined) current.body.push(line);
    else if (line.trim() !== "")
      return { problem: `${JSON.stringify(line)} stands before the first *** Update File: line` };
  }
  return { list };
}

function fileOf({ act, path, body, moveTo }: Section): FilePatch | { readonly problem: string } {
  if (act === "Delete File") return { act: "delete", path };
  if (act === "Add File") {
    const wrong = body.find((line) => line !== "" && !line.startsWith("+"));
    if (wrong !== undefined)
      return { problem: `in *** Add File: ${path} every line must begin with +, not ${JSON.stringify(wrong)}` };
    return { act: "add", path, content: body.map((line) => `${line.slice(1)}\n`).join("") };
  }
  const hunks = hunksOf(body);
  if ("problem" in hunks) return { problem: `in *** Update File: ${path} ${hunks.problem}` };
  if (hunks.list.length === 0 && moveTo === undefined) return { problem: `*** Update File: ${path} has no changes` };
  return { act: "update", path, moveTo, hunks: hunks.list };
}

type OpenHunk = { anchors: string[]; oldLines: string[]; newLines: string[]; atEnd: boolean };

function hunksOf(body: readonly string[]): { readonly list: readonly Hunk[] } | { readonly problem: string } {
  const list: OpenHunk[] = [];
  for (const line of body) {
    const current = list.at(-1);
    if (line.startsWith("@@")) openHunk(list, line);
    else if (line === "*** End of File" && current !== undefined) current.atEnd = true;
    else if (!takeLine(current ?? openHunk(list, "@@"), line)) {
      return { problem: `a line begins with neither space, + nor -: ${JSON.stringify(line)}` };
    }
  }
  return { list: list.map(withoutBlankEnd).filter(({ oldLines, newLines }) => oldLines.length + newLines.length > 0) };
}

/** Several `@@` lines in a row narrow one place down. */
function openHunk(list: OpenHunk[], line: string): OpenHunk {
  // `@@ -1,4 +1,4 @@ text` is another dialect: its numbers are not looked at
  const anchor = line
    .slice(2)
    .replace(/^ ?-\d+(,\d+)? \+\d+(,\d+)? @@/, "")
    .replace(/^ /, "");
  const last = list.at(-1);
  const open = last !== undefined && last.oldLines.length + last.newLines.length === 0 ? last : undefined;
  const hunk = open ?? { anchors: [], oldLines: [], newLines: [], atEnd: false };
  if (open === undefined) list.push(hunk);
  if (anchor.trim() !== "") hunk.anchors.push(anchor);
  return hunk;
}

function takeLine(hunk: OpenHunk, line: string): boolean {
  const mark = line === "" ? " " : line.charAt(0);
  if (mark !== " " && mark !== "+" && mark !== "-") return false;
  if (mark !== "+") hunk.oldLines.push(line.slice(1));
  if (mark !== "-") hunk.newLines.push(line.slice(1));
  return true;
}

/** An empty line before the next header is layout and not context. */
function withoutBlankEnd(hunk: OpenHunk): Hunk {
  const isBlankEnd = hunk.oldLines.length > 1 && hunk.oldLines.at(-1) === "" && hunk.newLines.at(-1) === "";
  return isBlankEnd ? { ...hunk, oldLines: hunk.oldLines.slice(0, -1), newLines: hunk.newLines.slice(0, -1) } : hunk;
}
