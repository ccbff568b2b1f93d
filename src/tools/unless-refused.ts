import { AgentError } from "../protocol/agent-error.ts";

/** For one file of many: that the place refuses it, or that it leads out of the root, is no reason to give up the rest. */
export async function unlessRefused<T>(act: Promise<T>): Promise<T | "refused"> {
  try {
    return await act;
  } catch (error) {
    if (error instanceof AgentError && error.code === "file-failed") return "refused";
    throw error;
  }
}
