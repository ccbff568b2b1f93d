import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Session } from "../../../src/protocol/session.ts";
import type { Tool } from "../../../src/protocol/tool.ts";
import { textOf } from "../../../src/protocol/message.ts";
import { inTurn } from "../../../src/providers/scripted/script.ts";
import { said, tool } from "../agent/agent-lab.ts";
import { atTerminal, openRuntimeLab, policySaying, type RuntimeLab } from "./runtime-lab.ts";

const asksToPut = inTurn({ calls: [{ name: "put", input: { line: "x" } }] }, { text: "Done." });

function open({ runtime }: RuntimeLab): Promise<Session> {
  return runtime.open({ personId: "owner", surface: "terminal", root: tmpdir() });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe("approvals", () => {
  test.each(["allow", "deny"] as const)("a person who says %s decides, once, and it is audited", async (verdict) => {
    let puts = 0;
    const put = tool("put", "write", () => {
      puts++;
      return said("put");
    });
    await using lab = await openRuntimeLab({ reply: asksToPut, tools: [put] });
    const { id: sessionId } = await open(lab);
    const outcome = await lab.run({
      sessionId,
      text: "go",
      onEvent: (event) => {
        if (event.type !== "approval-request") return;
        expect([puts, event.approval.subject]).toEqual([0, 'put {"line":"x"}']);
        void lab.runtime.decide(event.approval.id, verdict, "owner");
      },
    });
    expect([puts, outcome.refusedCalls]).toEqual(verdict === "allow" ? [1, 0] : [0, 1]);
    expect((await lab.ledger.audit({ limit: 5 })).some((row) => row.actor === "owner")).toBe(true);
  });

  test("nobody to ask is a refusal that names no way around", async () => {
    await using lab = await openRuntimeLab({ reply: asksToPut, tools: [tool("put", "write", () => said("put"))] });
    const { id: sessionId } = await open(lab);
    const outcome = await lab.run({ sessionId, text: "go", grants: { ...atTerminal, surface: "one-shot" } });
    expect(outcome.refusedCalls).toBe(1);
    const [result] = (await lab.ledger.messages(sessionId)).filter(({ message }) => message.role === "tool");
    expect(result && textOf(result.message)).toBe("Refused: It may change something. Nobody is there to approve it.");
  });

  test("yes answers what is asked and lifts no deny", async () => {
    const deny = policySaying({ verdict: "deny", rule: "floor", reason: "Never." });
    for (const policy of [undefined, deny]) {
      await using lab = await openRuntimeLab({
        reply: asksToPut,
        tools: [tool("put", "write", () => said("put"))],
        ...(policy === undefined ? {} : { policy }),
      });
      const { id: sessionId } = await open(lab);
      const outcome = await lab.run({ sessionId, text: "go", grants: { ...atTerminal, yes: true } });
      expect(outcome.refusedCalls).toBe(policy === undefined ? 0 : 1);
    }
  });
});

test("what a person approved is what is opened: a path that leads elsewhere is asked again before, and refused after", async () => {
  const top = realpathSync(mkdtempSync(join(tmpdir(), "hermes-approved-")));
  const root = join(top, "root");
  mkdirSync(root);
  for (const name of ["approved", "other", "root/plain"]) writeFileSync(join(top, name), name);
  const relink = (to: string, path: string): void => {
    rmSync(join(root, path), { force: true });
    symlinkSync(join(top, to), join(root, path));
  };
  relink("approved", "link");
  const seen: string[] = [];
  const look: Tool = {
    ...tool("put", "read", async (_, { workspace }) => {
      relink("other", "link");
      relink("other", "plain");
      for (const path of ["link", "plain", join(top, "other")]) {
        const reading = workspace.readFile(path).then((bytes) => Buffer.from(bytes ?? []).toString());
        seen.push(await reading.catch((error: Error) => error.message.replaceAll(top, "")));
      }
      return said("looked");
    }),
    intentOf: () => ({ effect: "read", subject: "look", paths: ["link", "plain"] }),
  };
  await using lab = await openRuntimeLab({ reply: asksToPut, tools: [look] });
  const { id: sessionId } = await lab.runtime.open({ personId: "owner", surface: "terminal", root });
  const meanwhile = ["other", "approved"];
  let asked = 0;
  await lab.run({
    sessionId,
    text: "go",
    onEvent: (event) => {
      if (event.type !== "approval-request") return;
      asked += 1;
      const target = meanwhile.shift();
      if (target !== undefined) relink(target, "link");
      void lab.runtime.decide(event.approval.id, "allow", "owner");
    },
  });
  expect(asked).toBe(3);
  expect(seen).toEqual([
    "approved",
    expect.stringContaining("became a link"),
    'Cannot read "/other": it leads to /other, outside the working folder /root.',
  ]);
  rmSync(top, { recursive: true });
});

test.each(["needsOf", "judge", "outsideSource"] as const)(
  "a policy whose %s fails lets nothing through",
  async (part) => {
    let puts = 0;
    const put = tool("put", "write", () => {
      puts++;
      return said("put");
    });
    const allow = policySaying({ verdict: "allow", rule: "default: test", reason: "" });
    const policy = { ...allow, [part]: () => Promise.reject(new TypeError("x is not a rule")) };
    await using lab = await openRuntimeLab({ reply: asksToPut, tools: [put], policy });
    const { id: sessionId } = await open(lab);
    const outcome = await lab.run({ sessionId, text: "go", grants: { ...atTerminal, yes: true } });
    const [result] = (await lab.ledger.messages(sessionId)).filter(({ message }) => message.role === "tool");
    expect([puts, outcome.refusedCalls, result && textOf(result.message)]).toEqual([
      0,
      1,
      "Refused: the policy is broken and cannot judge this (x is not a rule).",
    ]);
  },
);

describe("a session", () => {
  test("is worked on by one process at a time; the second says who holds it, and follows in order", async () => {
    const reply = async (): Promise<{ text: string }> => {
      await pause(60);
      return { text: "Answered." };
    };
    await using lab = await openRuntimeLab({ reply });
    const { id: sessionId } = await open(lab);
    const first = lab.run({ sessionId, text: "one" });
    await pause(20);
    const told: string[] = [];
    const second = lab.run({
      runtime: lab.another(2),
      sessionId,
      text: "two",
      onEvent: (event) => void (event.type === "notice" && told.push(event.notice.text)),
    });
    expect((await Promise.all([first, second])).map((outcome) => outcome.state)).toEqual(["done", "done"]);
    expect(told.join()).toContain("at work in process 1 on lab");
    const texts = (await lab.ledger.messages(sessionId)).map(({ message }) => textOf(message));
    expect(texts).toEqual(["one", "Answered.", "two", "Answered."]);
  });

  test("accepts the same key once", async () => {
    await using lab = await openRuntimeLab({ reply: () => ({ text: "Answered." }) });
    const { id: sessionId } = await open(lab);
    await lab.run({ sessionId, text: "one" });
    const submission = { text: "twice", grants: atTerminal, key: "the key" };
    const first = await lab.runtime.submit(sessionId, submission);
    const second = await lab.runtime.submit(sessionId, submission);
    expect(second.runId).toBe(first.runId);
    await lab.runtime.stop(sessionId);
    const asked = (await lab.ledger.messages(sessionId)).filter(({ message }) => textOf(message) === "twice");
    expect(asked).toHaveLength(1);
  });

  test("can be steered and stopped while it works, and not when it does not", async () => {
    const wait = tool("wait", "read", async () => {
      await pause(50);
      return said("waited");
    });
    const allow = policySaying({ verdict: "allow", rule: "default: test", reason: "" });
    const reply = inTurn({ calls: [{ name: "wait", input: {} }] }, { text: "Done." });
    await using lab = await openRuntimeLab({ reply, tools: [wait], policy: allow });
    const { id: sessionId } = await open(lab);
    expect([await lab.runtime.steer(sessionId, "x"), await lab.runtime.stop(sessionId)]).toEqual([false, false]);
    await lab.run({
      sessionId,
      text: "go",
      onEvent: (event) => void (event.type === "tool-start" && lab.runtime.steer(sessionId, "Be brief.")),
    });
    const texts = (await lab.ledger.messages(sessionId)).map(({ message }) => textOf(message));
    expect(texts).toContain("Be brief.");
    const outcome = await lab.run({
      sessionId,
      text: "again",
      onEvent: (event) => void (event.type === "tool-start" && lab.runtime.stop(sessionId)),
    });
    expect(outcome.state).toBe("stopped");
  });

  test("is found by the beginning of its id, and only when that is enough", async () => {
    await using lab = await openRuntimeLab({ reply: () => ({ text: "Answered." }) });
    const { id } = await open(lab);
    expect((await lab.runtime.resume(id.slice(0, 15))).id).toBe(id);
    await open(lab);
    await expect(lab.runtime.resume(id.slice(0, 3))).rejects.toThrow(/Several sessions begin with/u);
    await expect(lab.runtime.resume("zzz")).rejects.toThrow(/hermes sessions list/u);
  });
});

describe("what the host puts beside a message", () => {
  test("is stored with it and sent with it, and is not the person's words", async () => {
    const asked: string[] = [];
    const requests: string[] = [];
    const hint = { type: "attached", source: "recall", text: "Perhaps meant: …" } as const;
    await using lab = await openRuntimeLab({
      reply: ({ messages }) => {
        requests.push(JSON.stringify(messages));
        return { text: "Done." };
      },
      attachmentsFor: async (text, session) => {
        asked.push(`${text} (${session.messageCount})`);
        return text === "one" ? [hint] : [];
      },
    });
    const { id: sessionId } = await open(lab);
    await lab.run({ sessionId, text: "one" });
    await lab.run({ sessionId, text: "two" });
    const [first] = await lab.ledger.messages(sessionId);
    expect(first?.message).toEqual({ role: "user", parts: [{ type: "text", text: "one" }, hint] });
    expect(first && textOf(first.message)).toBe("one");
    expect(asked).toEqual(["one (0)", "two (2)"]);
    expect(requests[1]?.startsWith(requests[0]?.slice(0, -1) ?? "no request")).toBe(true);
  });
});
