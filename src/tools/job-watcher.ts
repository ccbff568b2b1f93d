import type { JobNews } from "../protocol/job-news.ts";
import type { BackgroundJob, JobSummary, Workspace } from "../protocol/workspace.ts";
import { statusText } from "./job-news.ts";
import { noteOf, seenLines, watchOf, type JobWatch } from "./job-watch.ts";
import { readableOutput } from "./readable-output.ts";

const pageBytes = 256 * 1024;
/** Of a job that printed more than this since the last look, only the end is looked at. */
const maxBacklogBytes = 8 * 1024 * 1024;
const shownCommand = 80;

/** Looks after the watched jobs of one workspace. */
export class JobWatcher implements JobNews {
  readonly #workspace: Workspace;
  readonly #now: () => number;
  #isLooking = false;

  constructor(workspace: Workspace, now: () => number) {
    this.#workspace = workspace;
    this.#now = now;
  }

  async look(): Promise<readonly string[]> {
    if (this.#isLooking) return [];
    this.#isLooking = true;
    try {
      return await this.#lookAtAll();
    } finally {
      this.#isLooking = false;
    }
  }

  async #lookAtAll(): Promise<readonly string[]> {
    const news: string[] = [];
    for (const summary of await this.#workspace.jobs()) {
      const watch = watchOf(summary.note);
      const isOver = summary.isTold && (watch?.patterns.length ?? 0) === 0;
      if (watch === undefined || isOver) continue;
      const job = await this.#workspace.job(summary.id);
      if (job !== undefined) news.push(...(await this.#lookAt(job, summary, watch)));
    }
    return news;
  }

  async take(): Promise<{ readonly texts: readonly string[]; readonly done: () => Promise<void> }> {
    const waiting = (await this.#workspace.jobs()).flatMap(({ id, note }) => {
      const watch = watchOf(note);
      return watch === undefined || watch.pending.length === 0 ? [] : [{ id, watch }];
    });
    return {
      texts: waiting.flatMap(({ watch }) => watch.pending),
      done: async () => {
        for (const { id, watch } of waiting) await this.#workspace.setNote(id, noteOf({ ...watch, pending: [] }));
      },
    };
  }

  async #lookAt(job: BackgroundJob, { isTold, command }: JobSummary, watch: JobWatch): Promise<readonly string[]> {
    const status = await job.status();
    const isEnded = status.state !== "running";
    const isWatched = watch.patterns.length > 0 && !watch.isMuted;
    const { lines, offset } = isWatched ? await newLines(job, watch.offset, isEnded) : { lines: [], ...watch };
    const seen = seenLines(watch, lines, this.#now());
    const isEndNews = isEnded && !isTold && watch.isEndTold;
    const end = isEndNews ? [`ended: ${statusText(status)}`] : [];
    const name = `job ${job.id} (${command.replaceAll("\n", " ").slice(0, shownCommand)})`;
    const news = [...(seen.news === undefined ? [] : [seen.news]), ...end].map((text) => `${name} ${text}`);
    if (offset === watch.offset && news.length === 0) return [];
    // kept before it is told: it is better told once too little to one person than again and again
    await this.#workspace.setNote(job.id, noteOf({ ...seen.watch, offset, pending: [...watch.pending, ...news] }));
    if (isEndNews) await this.#workspace.markTold(job.id);
    return news;
  }
}

/** Whole lines from `offset`; what stands without an end at the end of an ended job is one too. */
async function newLines(
  job: BackgroundJob,
  from: number,
  isEnded: boolean,
): Promise<{ readonly lines: readonly string[]; readonly offset: number }> {
  const lines: string[] = [];
  let offset = Math.max(from, (await job.read(0, 0)).size - maxBacklogBytes);
  for (;;) {
    const { bytes } = await job.read(offset, pageBytes);
    const isPage = bytes.length === pageBytes;
    const whole = isEnded && !isPage ? bytes.length : bytes.lastIndexOf(10) + 1;
    const used = whole === 0 && isPage ? bytes.length : whole; // a line longer than a page is cut
    lines.push(...readableOutput(bytes.subarray(0, used)).split("\n").filter(Boolean));
    offset += used;
    if (!isPage) return { lines, offset };
  }
}
