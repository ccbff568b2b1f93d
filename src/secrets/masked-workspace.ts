import type {
  BackgroundJob,
  CommandResult,
  PlannedPath,
  RunOptions,
  StartOptions,
  Workspace,
} from "../protocol/workspace.ts";
import type { Masker } from "./masker.ts";

const notKept =
  "[A variable or function of the shell held a value that looks like a secret: it is not kept, a placeholder stands in " +
  "its place. What commands need is stored by the person with hermes secrets set NAME and given by that name.]";

type Scrub = (jobId: string) => Promise<void>;

/**
 * What commands print is masked before anybody reads it, also where a value lies across two reads; and so is what is kept
 * on this machine of an ended job and of the shell. Files pass as they are: a tool changes them, and masks what it shows.
 */
export function maskedWorkspace(workspace: Workspace, masker: Masker): Workspace {
  const mask = (bytes: Uint8Array): Uint8Array => masker.bytes(bytes);
  const scrubbed = new Set<string>();
  const scrub: Scrub = async (jobId) => {
    if (scrubbed.has(jobId)) return;
    scrubbed.add(jobId);
    await workspace.scrub?.(jobId, mask);
  };
  const jobs = new Map<string, BackgroundJob>();
  const masked = (job: BackgroundJob): BackgroundJob => {
    const behind = maskedJob(job, masker, scrub);
    jobs.set(job.id, behind);
    return behind;
  };
  const close = async (): Promise<void> => {
    // a look at a job that has ended masks what is kept of it; one that cannot be seen now is not in the way
    await Promise.allSettled([...jobs.values()].filter(({ id }) => !scrubbed.has(id)).map((job) => job.status()));
    await workspace[Symbol.asyncDispose]();
  };
  const doors: Pick<Workspace, "run" | "start" | "job"> = {
    async run(command: string, options: RunOptions): Promise<CommandResult> {
      const result = await workspace.run(command, options);
      const output = mask(result.output);
      if (output !== result.output && options.jobId !== undefined) await scrub(options.jobId);
      const isForgotten = options.shell === "session" && (await workspace.scrub?.(undefined, mask)) === true;
      if (!isForgotten) return { ...result, output };
      return { ...result, output, note: [result.note, notKept].filter(Boolean).join("\n") };
    },
    async start(command: string, options: StartOptions): Promise<BackgroundJob> {
      return masked(await workspace.start(command, options));
    },
    async job(id: string): Promise<BackgroundJob | undefined> {
      const job = await workspace.job(id);
      return job === undefined ? undefined : masked(job);
    },
  };
  const behindDoors = (place: Workspace): Workspace =>
    new Proxy(place, {
      get(target, name) {
        if (name === Symbol.asyncDispose) return close;
        if (name === "run" || name === "start" || name === "job") return doors[name];
        if (name === "permitting") return (plan: readonly PlannedPath[]) => behindDoors(target.permitting(plan));
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  return behindDoors(workspace);
}

function maskedJob(job: BackgroundJob, masker: Masker, scrub: Scrub): BackgroundJob {
  return {
    id: job.id,
    async status() {
      const status = await job.status();
      if (status.state !== "running") await scrub(job.id);
      return status;
    },
    async read(offset, length) {
      const { size } = await job.read(0, 0);
      if (length === 0 || offset >= size) return { bytes: new Uint8Array(), size };
      const read = async (from: number, many: number): Promise<Uint8Array> => (await job.read(from, many)).bytes;
      return { bytes: await masker.piece(read, offset, Math.min(length, size - offset)), size };
    },
    wait: (signal) => job.wait(signal),
    write: (bytes) => job.write(bytes),
    closeInput: () => job.closeInput(),
    kill: (why) => job.kill(why),
  };
}
