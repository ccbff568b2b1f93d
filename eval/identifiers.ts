import type { Conversation, TalkSession } from "./conversation.ts";
import { randomFrom } from "./metrics.ts";

export type NameForm = "exact" | "split" | "prefix" | "typo";
export type NameQuestion = { readonly form: NameForm; readonly text: string; readonly turns: ReadonlySet<string> };

/** Talk about code with made-up names in it, and the ways in which somebody may ask for one of them. */
export type NameWorld = {
  readonly conversation: Pick<Conversation, "id" | "sessions">;
  readonly questions: readonly NameQuestion[];
};

const nouns =
  "user order invoice session token cache payment report queue worker budget ledger profile image upload search filter route schema event policy message channel backup metric budget vendor ticket folder avatar".split(
    " ",
  );
const verbs = "load parse render store check merge build fetch send lock open count sort verify create remove".split(
  " ",
);
const kinds = "service manager handler factory client error config store view helper reader writer index policy".split(
  " ",
);
const sentences = [
  "Yesterday I changed NAME and now the tests of the other module fail.",
  "Can you look at NAME? It is slower than it was before the release.",
  "The error comes from NAME when the list is empty.",
  "Please rename nothing in NAME, others depend on it.",
  "I would like NAME to be split in two before we go on.",
];
const answers = [
  "I read it and wrote a test first. The cause is the order of the two calls; I turned them round and everything passes.",
  "Done. The user of this function now gets a typed error, and the report says which file it was.",
  "There are three places that build the same index; one of them is enough, so I removed the others and ran the checks.",
];
const talkSessions = 60;
const turnsPerSession = 10;

/** The same for the same seed. */
export function makeNameWorld(seed: number): NameWorld {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] ?? pick(items);
  const names = new Map<string, { readonly pieces: readonly string[]; readonly turns: Set<string> }>();
  const sessions = Array.from({ length: talkSessions }, (_, place): TalkSession => {
    const turns = Array.from({ length: turnsPerSession }, (_turn, index) => {
      const id = `${place}-${index}`;
      if (index % 2 === 1) return { id, speaker: "assistant", text: pick(answers) };
      const pieces = [pick(verbs), pick(nouns), pick(nouns), pick(kinds)].slice(Math.floor(random() * 2));
      const name = written(pieces, random());
      const known = names.get(name) ?? { pieces, turns: new Set<string>() };
      known.turns.add(id);
      names.set(name, known);
      return { id, speaker: "user", text: pick(sentences).replace("NAME", name) };
    });
    return { id: `N${place}`, startedAt: Date.UTC(2026, 0, 1 + place), kind: "with-agent", turns };
  });
  const turnsBeginning = (prefix: string): ReadonlySet<string> =>
    new Set([...names].flatMap(([name, { turns }]) => (name.startsWith(prefix) ? [...turns] : [])));
  const questions = [...names].flatMap(([name, { pieces, turns }]) =>
    questionsFor({ name, pieces, turns, turnsBeginning }, random),
  );
  return { conversation: { id: "names", sessions }, questions };
}

function written(pieces: readonly string[], chance: number): string {
  const capital = (piece: string): string => piece.charAt(0).toUpperCase() + piece.slice(1);
  if (chance < 0.35) return pieces.map(capital).join("");
  if (chance < 0.7) return pieces.map((piece, index) => (index === 0 ? piece : capital(piece))).join("");
  return chance < 0.9 ? pieces.join("_") : `${pieces.join("-")}.ts`;
}

type Named = {
  readonly name: string;
  readonly pieces: readonly string[];
  readonly turns: ReadonlySet<string>;
  /** Where any name begins so. */
  readonly turnsBeginning: (prefix: string) => ReadonlySet<string>;
};

function questionsFor({ name, pieces, turns, turnsBeginning }: Named, random: () => number): readonly NameQuestion[] {
  const place = 2 + Math.floor(random() * (name.length - 5));
  const typo = name.slice(0, place) + name.charAt(place + 1) + name.charAt(place) + name.slice(place + 2);
  const isTogether = !/[_-]/.test(name);
  const prefix = name.slice(0, (pieces[0]?.length ?? 0) + (pieces[1]?.length ?? 0));
  return [
    { form: "exact", text: name, turns },
    ...(isTogether ? [{ form: "split", text: pieces.join(" "), turns } as const] : []),
    ...(isTogether && pieces.length > 2
      ? [{ form: "prefix", text: prefix, turns: turnsBeginning(prefix) } as const]
      : []),
    ...(typo === name ? [] : [{ form: "typo", text: typo, turns } as const]),
  ];
}
