import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import type { UndoReport, UndoRequest } from "../../../src/protocol/checkpoint.ts";
import { textOf, type Message } from "../../../src/protocol/message.ts";
import type { CommandCall } from "../../../src/protocol/runtime.ts";
import { calledCommand } from "../../../src/runtime/commands/command-table.ts";
import { undoText } from "../../../src/runtime/commands/undo-text.ts";
import { openRuntimeLab, type RuntimeLab } from "./runtime-lab.ts";

const nothing: UndoReport = { status: "nothing", labels: [], restored: [], removed: [], conflicts: [], lost: [] };
const conflict: UndoReport = {
  ...nothing,
  status: "conflict",
  labels: ["terminal: x"],
  conflicts: [{ path: "a", why: "changed since" }],
};
const noPath = (): boolean => false;
const call = (text: string): CommandCall => ({ text, isPath: noPath, signal: new AbortController().signal });

describe("a text", () => {
  test.each([
    ["a task", "list /undo"],
    ["a path in a path", "/etc/hosts is what?"],
    ["a path that is there", "/there is a folder"],
    ["a slash", "/ is what?"],
    ["upper case", "/README"],
  ])("is no command: %s", (_, text) => {
    expect(calledCommand(text, (word) => word === "/there")).toBeUndefined();
  });

  test("is a command with words, also when there is a file of that name", () => {
    expect(calledCommand(" /undo  --keep\n", () => true)?.words).toEqual(["--keep"]);
  });

  test("with an unknown word names those that are known", () => {
    expect(() => calledCommand("/undoo", noPath)).toThrow(/There is no command \/undoo\. There is: .*\/undo \[--force/);
    expect(() => calledCommand("/constructor", noPath)).toThrow(/There is no command/);
  });
});

describe("/undo", () => {
  async function inLab(
    undo: ((request: UndoRequest) => UndoReport) | undefined,
    use: (lab: RuntimeLab, sessionId: string, sent: Message[]) => Promise<void>,
  ): Promise<void> {
    const sent: Message[] = [];
    await using lab = await openRuntimeLab({
      reply: ({ messages }) => {
        sent.splice(0, sent.length, ...messages);
        return { text: "Yes." };
      },
      ...(undo === undefined ? {} : { undoFiles: async (request: UndoRequest) => undo(request) }),
    });
    const { id } = await lab.runtime.open({ personId: "owner", surface: "terminal", root: tmpdir() });
    await use(lab, id, sent);
  }

  function hostWords(messages: readonly Message[]): readonly string[] {
    return messages.flatMap((message) =>
      message.role === "user" ? message.parts.flatMap((part) => (part.type === "attached" ? [part.text] : [])) : [],
    );
  }

  test("takes back turn after turn; the model is told how many, and what is sent stays valid", async () => {
    await inLab(
      () => nothing,
      async (lab, sessionId, sent) => {
        for (const text of ["one", "two", "three"]) await lab.run({ sessionId, text });
        const replies = [];
        for (let count = 0; count < 2; count++) replies.push(await lab.runtime.command(sessionId, call("/undo")));
        expect(replies.map((reply) => reply?.isError)).toEqual([false, false]);
        await lab.run({ sessionId, text: "four" });
        expect(sent.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
        expect(sent.map(textOf)).toEqual(["one", "Yes.", "four"]);
        expect(hostWords(sent)).toEqual([expect.stringContaining("took back the last 2 turns and their file changes")]);
      },
    );
  });

  test("that could not put everything back leaves the turn for another time", async () => {
    await inLab(
      () => ({ ...nothing, status: "unfinished", labels: ["x"] }),
      async (lab, sessionId) => {
        await lab.run({ sessionId, text: "one" });
        const reply = await lab.runtime.command(sessionId, call("/undo"));
        expect(reply).toMatchObject({ isError: true, text: expect.stringContaining("Call it again") });
        expect((await lab.ledger.context(sessionId)).messages).toHaveLength(2);
      },
    );
  });

  test("with a file in the way takes back neither files nor turn", async () => {
    await inLab(
      () => conflict,
      async (lab, sessionId) => {
        await lab.run({ sessionId, text: "one" });
        const reply = await lab.runtime.command(sessionId, call("/undo"));
        expect(reply).toMatchObject({ isError: true, text: expect.stringMatching(/a: changed since\n\/undo --keep/) });
        expect((await lab.ledger.context(sessionId)).messages).toHaveLength(2);
      },
    );
  });

  test.each([
    ["/undo", "stop"],
    ["/undo --force", "overwrite"],
    ["/undo --keep", "keep"],
  ])("%s asks for the calls of the last turn, and for %s", async (text, onConflict) => {
    const requests: UndoRequest[] = [];
    await inLab(
      (request) => {
        requests.push(request);
        return nothing;
      },
      async (lab, sessionId) => {
        await lab.run({ sessionId, text: "one" });
        const runId = await lab.ledger.lastTurn(sessionId);
        await lab.runtime.command(sessionId, call(text));
        expect(requests).toEqual([{ target: { runId }, onConflict }]);
      },
    );
  });

  test("says when there is no turn, and what it does not understand; without checkpoints it takes the turn alone", async () => {
    await inLab(undefined, async (lab, sessionId) => {
      expect(await lab.runtime.command(sessionId, call("/undo"))).toMatchObject({ isError: true });
      await lab.run({ sessionId, text: "one" });
      await expect(lab.runtime.command(sessionId, call("/undo all"))).rejects.toMatchObject({ code: "bad-usage" });
      expect(await lab.runtime.command(sessionId, call("/undo"))).toMatchObject({ isError: false });
      expect((await lab.ledger.context(sessionId)).messages).toEqual([]);
    });
  });
});

test("a report names what was done, on lines of its own, and bounded", () => {
  const names = Array.from({ length: 50 }, (_, index) => `f${index}`);
  const report: UndoReport = {
    status: "undone",
    labels: ["terminal: rm"],
    checkpointId: "k1",
    restored: names,
    removed: ["odd\nname"],
    conflicts: [],
    lost: [{ path: "big", why: "it was not protected" }],
  };
  const lines = undoText(report, "/undo").split("\n");
  expect([lines.length, lines[0], lines[1], lines[42]]).toEqual([
    48,
    "Took back terminal: rm",
    "Restored 50:",
    "  and 10 more (--json names them all)",
  ]);
  expect(lines.slice(43)).toEqual([
    "Removed 1:",
    "  odd\\x0aname",
    "Not brought back:",
    "  big: it was not protected",
    "To take this undo back: hermes workspace undo --to k1",
  ]);
});
