import type { Conversation } from "./conversation.ts";
import { randomFrom } from "./metrics.ts";

/** Talk that nobody asks for, as much as is wanted, and facts hidden in it. */
export type Filler = {
  person(): string;
  agent(): string;
  needle(): { readonly text: string; readonly question: string };
};

const syllables =
  "ba be bi bo bu da de di do du fa fe fi fo ga ge go ka ke ki ko la le li lo lu ma me mi mo mu na ne ni no pa pe pi po ra re ri ro sa se si so su ta te ti to tu va ve vi wa we wo za zo".split(
    " ",
  );
const glue = "the a of and to in that it was for on with as we at by from this have not but they".split(" ");
const vocabularySize = 30_000;

/** With conversations, their own words and sentences; without, made-up words as unevenly common as those of a language. */
export function makeFiller(conversations: readonly Conversation[], seed: number): Filler {
  const random = randomFrom(seed);
  const turns = conversations.flatMap(({ sessions }) => sessions.flatMap((session) => session.turns));
  const people = turns.filter(({ speaker }) => speaker !== "assistant").map(({ text }) => wordsIn(text));
  const agents = turns.filter(({ speaker }) => speaker === "assistant").map(({ text }) => wordsIn(text));
  const vocabulary = Array.from({ length: vocabularySize }, () => madeUpWord(random));
  const rareWord = (): string => vocabulary[500 + Math.floor(random() * 8000)] ?? "";
  const word = (): string => {
    if (random() < 0.45) return glue[Math.floor(random() * glue.length)] ?? "";
    return vocabulary[Math.floor(vocabularySize ** random()) - 1] ?? ""; // as Zipf found it: the n-th is n times rarer
  };
  const text = (sources: readonly (readonly string[])[], length: number): string =>
    sources.length === 0 ? Array.from({ length }, word).join(" ") : patchwork(sources, length, random);
  return {
    person: () => text(people, 15 + Math.floor(random() * 50)),
    agent: () => text(agents, 60 + Math.floor(random() * 120)),
    needle() {
      const words = Array.from({ length: 6 }, rareWord);
      const [first, second, third, fourth, fifth, sixth] = words;
      return {
        text: `${text(people, 8)}. The ${first} of the ${second} was ${third} near the ${fourth} and the ${fifth}, not the ${sixth}.`,
        question: `Which ${fourth} did we say had the ${second} and a ${first}, was it ${third}?`,
      };
    },
  };
}

function wordsIn(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function madeUpWord(random: () => number): string {
  const length = 2 + Math.floor(random() * 3);
  return Array.from({ length }, () => syllables[Math.floor(random() * syllables.length)]).join("");
}

const patch = 6; // words taken together: enough to sound alike, too few to repeat what was said

function patchwork(sources: readonly (readonly string[])[], length: number, random: () => number): string {
  const words: string[] = [];
  while (words.length < length) {
    const source = sources[Math.floor(random() * sources.length)] ?? [];
    const start = Math.floor(random() * Math.max(1, source.length - patch));
    words.push(...source.slice(start, start + patch), "and");
  }
  return words.slice(0, length).join(" ");
}
