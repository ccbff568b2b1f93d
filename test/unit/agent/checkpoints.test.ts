import { describe, expect, test } from "vitest";
import type { Checkpoints, Protection } from "../../../src/protocol/checkpoint.ts";
import { inTurn } from "../../../src/providers/scripted/script.ts";
import { openLab, said, tool, type Lab } from "./agent-lab.ts";

const reply = () => inTurn({ calls: [{ name: "put", input: {} }] }, { text: "Done." });

function notices({ events }: Lab): readonly string[] {
  return events.flatMap((event) => (event.type === "notice" ? [event.notice.text] : []));
}

async function resultOf({ ledger, sessionId }: Lab): Promise<string> {
  const [result] = (await ledger.messages(sessionId)).flatMap(({ message }) =>
    message.role === "tool" ? [message.text] : [],
  );
  return result ?? "none";
}

describe("a call that may change something", () => {
  test("is protected before it is recorded as started, and its end is told after it", async () => {
    const order: string[] = [];
    const put = tool("put", "write", () => {
      order.push("ran");
      return said("put");
    });
    await using lab = await openLab({ reply: reply(), tools: [put] });
    const checkpoints: Checkpoints = {
      protect: async ({ tool: name, intent }) => {
        const { calls } = await lab.ledger.context(lab.sessionId);
        order.push(`${name} ${intent.effect} ${calls[0]?.state}`);
        return {
          notice: "Not all is protected.",
          ended: async () => {
            order.push("ended");
            return "\n[changed: a]";
          },
        };
      },
    };
    await lab.say("go", { checkpoints });
    expect(order).toEqual(["put write intended", "ran", "ended"]);
    expect([await resultOf(lab), notices(lab)]).toEqual(["put\n[changed: a]", ["Not all is protected."]]);
  });

  test("that is refused for want of a checkpoint does not run", async () => {
    let puts = 0;
    const put = tool("put", "write", () => {
      puts++;
      return said("put");
    });
    await using lab = await openLab({ reply: reply(), tools: [put] });
    const outcome = await lab.say("go", { checkpoints: { protect: async () => ({ refused: "Not run: full." }) } });
    expect([puts, outcome.refusedCalls, await resultOf(lab)]).toEqual([0, 1, "Not run: full."]);
  });

  test("does not begin when the run is stopped while its checkpoint is taken", async () => {
    const stop = new AbortController();
    let puts = 0;
    const put = tool("put", "write", () => {
      puts++;
      return said("put");
    });
    const protect = async (): Promise<Protection> => {
      stop.abort();
      throw stop.signal.reason;
    };
    await using lab = await openLab({ reply: reply(), tools: [put] });
    const outcome = await lab.say("go", { signal: stop.signal, checkpoints: { protect } });
    expect([puts, outcome.state]).toEqual([0, "stopped"]);
    expect(await resultOf(lab)).toContain("Not run: the run was stopped");
  });
});
