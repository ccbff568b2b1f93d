import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { loadConversations } from "../../../eval/load-conversations.ts";

function folderWith(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), "hermes-loaders-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, value] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(value));
  return folder;
}

test("talk between two people: times, captions and only answerable questions", () => {
  const sample = {
    sample_id: "c1",
    conversation: {
      speaker_a: "Ann",
      session_1_date_time: "1:56 pm on 8 May, 2023",
      session_1: [
        { speaker: "Ann", dia_id: "D1:1", text: "Hi", blip_caption: "a cat" },
        { speaker: "Bob", dia_id: "D1:2", text: "Nice" },
      ],
      session_2_date_time: "9:00 am on 9 May, 2023",
      session_2: [],
    },
    qa: [
      { question: "What was it?", category: 1, evidence: ["D1:1; D1:02", "D9:9"] },
      { question: "Never said", category: 5, evidence: ["D1:1"] },
      { question: "Nowhere", category: 1, evidence: ["D7:1"] },
    ],
  };
  const [conversation, ...others] = loadConversations(
    folderWith({ "any-name.json": [sample], "other.json": { a: 1 } }),
  );
  expect(others).toEqual([]);
  expect(conversation?.sessions).toEqual([
    {
      id: "S1",
      startedAt: Date.UTC(2023, 4, 8, 13, 56),
      kind: "between-people",
      turns: [
        { id: "D1:1", speaker: "Ann", text: "Hi [shares image: a cat]" },
        { id: "D1:2", speaker: "Bob", text: "Nice" },
      ],
    },
  ]);
  expect(
    conversation?.questions.map(({ id, turns, sessions }) => ({ id, turns: [...turns], sessions: [...sessions] })),
  ).toEqual([{ id: "locomo-c1#0", turns: ["D1:1", "D1:2"], sessions: ["S1"] }]);
});

test("chats with the agent: each group of turns is a session, and two sides are kept apart", () => {
  const turns = [
    [
      { id: 0, role: "user", content: "I use tabs ->-> 1,1", time_anchor: "March-15-2024" },
      { id: 1, role: "assistant", content: "Fine" },
    ],
    [{ id: 2, role: "user", content: "I use spaces" }],
  ];
  const questions = {
    knowledge_update: [{ question: "Tabs?", source_chat_ids: { original_info: [0], updated_info: [2] } }],
    abstention: [{ question: "Never said" }],
  };
  const folder = folderWith({ "7.chat.json": [{ turns }], "7.probing_questions.json": questions });
  const [conversation] = loadConversations(folder);
  expect(conversation?.sessions.map(({ id, turns: said }) => [id, said.map(({ text }) => text)])).toEqual([
    ["G0", ["I use tabs", "Fine"]],
    ["G1", ["I use spaces"]],
  ]);
  expect(conversation?.questions).toHaveLength(1);
  expect(conversation?.questions[0]?.sides).toEqual({ first: new Set(["0"]), second: new Set(["2"]) });
  expect(conversation?.questions[0]?.sessions).toEqual(new Set(["G0", "G1"]));
});

test("a question with its own history: marked turns and answer sessions are what is looked for", () => {
  const entry = {
    question_id: "q1",
    question_type: "single",
    question: "Which tea?",
    haystack_session_ids: ["late", "early"],
    haystack_dates: ["2023/05/21 (Sun) 02:00", "2023/05/20 (Sat) 02:21"],
    haystack_sessions: [[{ role: "user", content: "Green tea", has_answer: true }], [{ role: "user", content: "Hi" }]],
    answer_session_ids: ["late"],
  };
  const [conversation, unanswerable] = loadConversations(
    folderWith({ "x.json": [entry, { ...entry, question_id: "q2_abs" }] }),
  );
  expect(conversation?.sessions.map(({ id, startedAt }) => [id, startedAt])).toEqual([
    ["1:early", Date.UTC(2023, 4, 20, 2, 21)],
    ["0:late", Date.UTC(2023, 4, 21, 2)],
  ]);
  expect(conversation?.questions[0]).toMatchObject({ turns: new Set(["0:late:0"]), sessions: new Set(["0:late"]) });
  expect(unanswerable?.questions).toEqual([]);
});
