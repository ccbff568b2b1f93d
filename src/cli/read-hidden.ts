import { AgentError } from "../protocol/agent-error.ts";
import { writeError } from "./write-line.ts";

const interrupt = "\u0003";
const endOfInput = "\u0004";

/** One line from the terminal, which does not show it. Throws `stopped` on Ctrl-C, `bad-usage` where there is no terminal. */
export async function readHidden(question: string): Promise<string> {
  const { stdin } = process;
  if (!stdin.isTTY) throw new AgentError("bad-usage", "This is asked at a terminal only: start it at one.");
  await writeError(question);
  stdin.setRawMode(true);
  try {
    return await lineOf(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    await writeError("\n");
  }
}

async function lineOf(stdin: NodeJS.ReadStream): Promise<string> {
  let line = "";
  stdin.setEncoding("utf8").resume();
  return new Promise((resolve, reject) => {
    const onData = (text: string): void => {
      for (const character of text) {
        if (character === interrupt) {
          end();
          reject(new AgentError("stopped", "Stopped; nothing was changed."));
          return;
        }
        if (character === "\r" || character === "\n" || character === endOfInput) {
          end();
          resolve(line);
          return;
        }
        if (character === "\u007f" || character === "\b") line = line.replace(/.$/su, "");
        else line += character;
      }
    };
    const end = (): void => void stdin.off("data", onData);
    stdin.on("data", onData);
  });
}
