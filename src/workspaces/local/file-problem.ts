import { AgentError } from "../../protocol/agent-error.ts";

const sentences: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder, not a file",
  EACCES: "this user may not do that there; check the owner and the mode of the file and its folder",
  EPERM: "the system does not permit it; the file may be immutable or owned by another user",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full; free some space and try again",
  EDQUOT: "the disk quota of this user is used up; free some space and try again",
  EFBIG: "the file is larger than the file system or a limit allows",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "the name is too long for the file system",
  EMFILE: "too many files are open; try again",
  ENFILE: "too many files are open; try again",
  ETXTBSY: "the program is running",
  EBUSY: "it is in use",
  EINVAL: "the path is not valid",
  ERR_INVALID_ARG_VALUE: "the path has a NUL character in it",
};
const passing: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "ETXTBSY", "EBUSY", "EAGAIN"]);

export function systemCodeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Nothing is there: the file itself is missing, or a parent is missing or a file. */
export function isMissing(error: unknown): boolean {
  const code = systemCodeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** What the system said about a path, as one sentence: `Cannot write a/b: the disk is full; …`. */
export function fileProblem(act: string, path: string, cause: unknown): AgentError {
  if (cause instanceof AgentError) return cause;
  const code = systemCodeOf(cause);
  const why = sentences[code] ?? (cause instanceof Error ? cause.message : "unknown error");
  return new AgentError(
    code === "ENOENT" ? "not-found" : "file-failed",
    `Cannot ${act} ${JSON.stringify(path)}: ${why}.`,
    {
      cause,
      retryable: passing.has(code),
    },
  );
}
