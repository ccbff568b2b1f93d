import { AgentError } from "../protocol/agent-error.ts";

const maxBytes = 64 * 1024 * 1024;

/** All of it. Throws `bad-usage` when it is closed or endless; `what` is how the sentence calls it. */
export async function standardInput(what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of process.stdin) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maxBytes)
        throw new AgentError(
          "bad-usage",
          `${what} on standard input is longer than 64 MB: save it to a file and name the file.`,
        );
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError(
      "bad-usage",
      `${what} was to come on standard input, which is closed: send it there, as in echo … | hermes ….`,
      { cause: error },
    );
  }
  return Buffer.concat(chunks);
}
