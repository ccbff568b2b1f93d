import { expect, test } from "vitest";
import type { Json } from "../../../src/protocol/json.ts";
import { AgentError } from "../../../src/protocol/agent-error.ts";
import type { Effect, Tool, ToolContext } from "../../../src/protocol/tool.ts";
import { maskedTool } from "../../../src/secrets/masked-tool.ts";
import { Masker } from "../../../src/secrets/masker.ts";

const masker = new Masker({
  known: [{ name: "DOOR", value: "swordfish-0042" }],
  markKey: Buffer.from("k"),
  shapes: "all",
});
const nowhere = {} as ToolContext;

function toolThat(does: () => Promise<string>, effect: Effect = "write"): Tool {
  return maskedTool(
    {
      spec: { name: "write_file", description: "", inputSchema: {} },
      parse: (input) => ({ ok: true, input }),
      intentOf: () => ({ effect, subject: "", paths: [] }),
      call: async () => ({ text: await does(), isError: false }),
    },
    masker,
  );
}

const says = (text: string): Tool => toolThat(() => Promise.resolve(text));

test("what a tool returns is masked", async () => {
  expect(await says("it is swordfish-0042").call({}, nowhere)).toEqual({ text: "it is ‹secret:DOOR›", isError: false });
});

test.each([new AgentError("not-found", "no swordfish-0042"), new Error("no swordfish-0042")])(
  "what a tool throws is masked, and of the same kind: %s",
  async (thrownInside) => {
    const thrown = await toolThat(() => Promise.reject(thrownInside))
      .call({}, nowhere)
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ message: "no ‹secret:DOOR›", name: thrownInside.name });
  },
);

const edit: Json = { path: "a", edits: [{ text: "key = ‹secret:1a2b3c›" }] };

test("a placeholder is not written in the place of its value", () => {
  const parsed = says("").parse(edit);
  expect(parsed).toEqual({ ok: false, problem: expect.stringContaining("‹secret:1a2b3c› only stands for a value") });
});

test("a placeholder may be looked for", () => {
  expect(toolThat(() => Promise.resolve(""), "read").parse(edit)).toEqual({ ok: true, input: edit });
});
