import { AgentError } from "../protocol/agent-error.ts";

/**
 * Resolves when the text is handed to the system, so that nothing is cut off at exit. A closed pipe is not an error:
 * `hermes sessions list | head` ends nothing that matters. Throws `file-failed` when the text is lost.
 */
export async function writeOut(text: string): Promise<void> {
  const code = await write(process.stdout, text);
  if (code === undefined || code === "EPIPE") return;
  throw new AgentError(
    "file-failed",
    `Standard output cannot be written (${code}): free the disk or send it elsewhere.`,
  );
}

/** For people: progress, notices, problems. Never throws: there is no other place to say it. */
export async function writeError(text: string): Promise<void> {
  await write(process.stderr, text);
}

/** The system's code of what went wrong; `undefined` when nothing did. */
function write(stream: NodeJS.WriteStream, text: string): Promise<string | undefined> {
  if (text === "") return Promise.resolve(undefined);
  return new Promise((resolve) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined) resolve(undefined);
      else resolve("code" in error ? String(error.code) : error.message);
    });
  });
}
