import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { textOf } from "../../../src/protocol/message.ts";
import { openModel } from "../../../src/providers/open-model.ts";
import { answerOf, testParts, userRequest } from "../../emulators/emulated-model.ts";

const main = fileURLToPath(new URL("../../emulators/model-server-main.ts", import.meta.url));

test("the emulator as a process prints its port and follows its rules", async () => {
  const script = { rules: [{ asked: "weather", reply: { text: "Rain." } }], otherwise: { text: "What?" } };
  const child = spawn(process.execPath, [main, JSON.stringify(script)], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = await once(child.stdout, "data");
    const baseUrl = `http://127.0.0.1:${String(line).trim()}/v1`;
    const { model } = await openModel(
      { main: { baseUrl, api: "openai-chat" } },
      testParts(),
      new AbortController().signal,
    );
    expect(model.id).toBe("custom/emulated");
    expect(textOf(await answerOf(model, userRequest("How is the weather?")))).toBe("Rain.");
    expect(textOf(await answerOf(model, userRequest("Hm")))).toBe("What?");
  } finally {
    child.kill();
  }
});
