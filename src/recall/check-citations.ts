import type { RecallWindow } from "../protocol/recall.ts";
import { shortIdsOf } from "./short-ids.ts";
import { wholeTextOf } from "./whole-text.ts";

export type CheckedSummary = {
  /** The sentences that hold, one a line where the model began a line; "" when none does. */
  readonly text: string;
  /** How many sentences were left out. */
  readonly dropped: number;
};

/**
 * Keeps the sentences whose every citation names a message of `windows`, and whose quotations stand in the messages
 * they cite. A sentence without a citation goes too: nobody could check it.
 */
export function checkCitations(summary: string, windows: readonly RecallWindow[]): CheckedSummary {
  const sources = sourcesOf(windows);
  let dropped = 0;
  const lines = summary.split("\n").map((line) => {
    const kept = sentencesOf(line).filter((sentence) => {
      const holds = isBacked(sentence, sources);
      if (!holds) dropped++;
      return holds;
    });
    return kept.join(" ");
  });
  return { text: lines.filter((line) => line !== "").join("\n"), dropped };
}

/** Texts of the messages that were given, by `<short id> #<seq>`. */
type Sources = ReadonlyMap<string, string>;

function sourcesOf(windows: readonly RecallWindow[]): Sources {
  const ids = shortIdsOf(windows);
  return new Map(
    windows.flatMap(({ session, messages }) =>
      messages.map(({ seq, message }) => [`${ids.get(session.id) ?? session.id} #${seq}`, plain(wholeTextOf(message))]),
    ),
  );
}

const shortened = /\b(?:e\.g|i\.e|etc|vs|ca|cf|no|nr|approx|mr|mrs|ms|dr|st|z\.b|d\.h|bzw|usw|p\. ?ex)\.$/iu;
const citedAfterFullStop = /([.!?。！？])(["'”»)」』]*)((?:\s*\[[^[\]]*#\s*\d[^[\]]*\])+)[.。]?/gu;
const sentenceEnd = /(?<=\][.!?。！？])\s*|(?<=[.!?]["'”»)]*)\s+(?!\p{Ll})|(?<=[。！？]["'”」』]*)/u;

/** Its citations are brought inside a sentence first, so that it ends with its full stop. */
function sentencesOf(line: string): readonly string[] {
  const sentences: string[] = [];
  for (const piece of line.trim().replaceAll(citedAfterFullStop, "$2$3$1").split(sentenceEnd)) {
    const before = sentences.at(-1);
    if (before !== undefined && shortened.test(before)) sentences[sentences.length - 1] = `${before} ${piece}`;
    else if (/[\p{L}\p{N}]/u.test(piece)) sentences.push(piece.trim());
  }
  return sentences;
}

function isBacked(sentence: string, sources: Sources): boolean {
  const names = [...sentence.matchAll(/\[([^[\]]*#\s*\d[^[\]]*)\]/gu)].flatMap(([, inside = ""]) => citedIn(inside));
  const texts = names.map((name) => sources.get(name));
  if (texts.length === 0 || texts.includes(undefined)) return false;
  const cited = texts.join("\n");
  return quotationsOf(sentence).every((quotation) => cited.includes(quotation));
}

/** `0abc #4, #6; 0def #1` names three messages: a number alone is of the session named before it. */
function citedIn(inside: string): readonly string[] {
  let id = "";
  return [...inside.matchAll(/([0-9a-z]+)?\s*#\s*(\d+)/giu)].map(([, named, seq]) => {
    id = named ?? id;
    return `${id} #${seq}`;
  });
}

const shortestQuotation = 4; // shorter ones ("no", `a`) are words under discussion

/** What stands between quotation marks or backticks, without the dots of an omission. */
function quotationsOf(sentence: string): readonly string[] {
  const bare = sentence.replaceAll(/\[[^[\]]*#\s*\d[^[\]]*\]/gu, "");
  const quoted = bare.matchAll(/"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|「([^」]+)」|`([^`]+)`/gu);
  return [...quoted]
    .flatMap(
      (found) =>
        found
          .slice(1)
          .find((text) => text !== undefined)
          ?.split(/…|\.\.\./u) ?? [],
    )
    .map((text) => plain(text).replace(/[.,;:!?。，]+$/u, ""))
    .filter((text) => text.length >= shortestQuotation);
}

/** Without differences that quoting makes: case, line breaks, the form of quotation marks. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(/[“”„«»"‘’'`]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim()
    .toLowerCase();
}
