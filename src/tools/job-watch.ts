import * as z from "zod/mini";

const quietMs = 10_000;
const maxFloods = 3;
const shownCharacters = 200;

const watchNote = z.object({
  patterns: z.array(z.string()),
  isEndTold: z.boolean(),
  /** The first byte of its output that was not looked at. */
  offset: z.number(),
  /** Milliseconds since the Unix epoch; 0 before the first news. */
  toldAt: z.number(),
  suppressed: z.number(),
  /** News in a row that came with suppressed lines. */
  floods: z.number(),
  isMuted: z.boolean(),
  /** What the model was not told yet. */
  pending: z.array(z.string()),
});
/** What is watched for in the output of a job, and what was told of it; kept with the job, over restarts. */
export type JobWatch = Readonly<z.output<typeof watchNote>>;

export function newWatch(patterns: readonly string[], isEndTold: boolean): JobWatch {
  const told = { offset: 0, toldAt: 0, suppressed: 0, floods: 0, isMuted: false, pending: [] };
  return { patterns: patterns.filter((pattern) => pattern !== ""), isEndTold, ...told };
}

export function noteOf(watch: JobWatch): string {
  return JSON.stringify(watch);
}

/** `undefined` for a job that nobody watches. */
export function watchOf(note: string | undefined): JobWatch | undefined {
  if (note === undefined) return undefined;
  try {
    return z.safeParse(watchNote, JSON.parse(note)).data;
  } catch {
    return undefined; // a note that is no JSON is not ours
  }
}

export type Seen = { readonly watch: JobWatch; readonly news: string | undefined };

/**
 * Pure: what whole lines of output mean. At most one piece of news in 10 s, the others are counted; a job whose news
 * come with others three times in a row is muted, and says so.
 */
export function seenLines(watch: JobWatch, lines: readonly string[], now: number): Seen {
  if (watch.isMuted) return { watch, news: undefined };
  const matches = lines.filter((line) => watch.patterns.some((pattern) => line.includes(pattern)));
  const isQuiet = now - watch.toldAt < quietMs;
  if (isQuiet || matches.length === 0) {
    return { watch: { ...watch, suppressed: watch.suppressed + matches.length }, news: undefined };
  }
  const suppressed = watch.suppressed + matches.length - 1;
  const floods = suppressed === 0 ? 0 : watch.floods + 1;
  const isMuted = floods >= maxFloods;
  const more = suppressed === 0 ? "" : ` (${suppressed} more suppressed)`;
  const muted = isMuted ? "; it matches too often and is not watched any more" : "";
  const line = (matches.at(-1) ?? "").slice(0, shownCharacters);
  return {
    watch: { ...watch, toldAt: now, suppressed: 0, floods, isMuted },
    news: `printed ${JSON.stringify(line)}${more}${muted}`,
  };
}
