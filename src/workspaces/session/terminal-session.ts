import { orAborted } from "../../lib/or-aborted.ts";
import { systemClock } from "../../lib/system-clock.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import type { JobStatus, JobSummary } from "../../protocol/workspace.ts";
import { ChannelLost, ControlChannel } from "./control-channel.ts";
import { endOf, lostJob, notBegun, statusOf, type JobEnd } from "./job-end.ts";
import { JobLog } from "./job-log.ts";
import { memoryName } from "./memory-name.ts";
import { shellQuote } from "./shell-quote.ts";
import type { DirectFiles, Transport } from "./transport.ts";

/** How often a job that does not report is looked at: its monitor may have been killed. */
const lookEveryMs = 2_000;
const looksBeforeLost = 3;
const maxReconnects = 5;
const keptJobs = 64;
/** What a job printed beyond this is dropped when its output is masked. */
const maxScrubbedBytes = 64 * 1024 * 1024;
const pruneEvery = 32;
const maxCommandBytes = 256 * 1024;
const maxNoteBytes = 64 * 1024;

export type SessionPlace = {
  /** Where jobs and state are kept, in the place; absolute. */
  readonly folder: string;
  readonly root: string;
};

export type JobRequest = {
  readonly id: string;
  readonly command: string;
  /** `sealed` has the state of the shell and changes nothing of it. */
  readonly mode: "session" | "background" | "clean" | "sealed";
  /** `file`: what `feed` wrote before the start. `fifo`: `write` reaches it. */
  readonly input: "none" | "file" | "fifo";
  readonly pty: boolean;
  /** Where it runs; the shell's own folder when absent. */
  readonly folder: string | undefined;
  /** After so many seconds the place itself ends it when nobody is connected any more; never when absent. */
  readonly limitSeconds: number | undefined;
  /** Variables of this job alone. */
  readonly secrets?: Readonly<Record<string, string>>;
};

/** A lasting shell in some place: jobs, their state and their ends, over any transport. */
export class TerminalSession {
  readonly #transport: Transport;
  readonly #place: SessionPlace;
  #opening: Promise<ControlChannel> | undefined;
  #control: ControlChannel | undefined;
  #starts = 0;
  #isClosed = false;
  #mayHaveJobs = true;
  /** Where the shell stands. */
  folder: string;

  constructor(transport: Transport, place: SessionPlace) {
    this.#transport = transport;
    this.#place = place;
    this.folder = place.root;
  }

  /** Finds out where the shell stands, without a connection where that is possible. Throws `workspace-unavailable`. */
  async open(): Promise<void> {
    const { files } = this.#transport;
    if (files === undefined) {
      await this.#connected();
      return;
    }
    const kept = await files.read(`${this.#place.folder}/folder`, 0, 4_096);
    if (kept !== undefined && kept.length > 0) this.folder = Buffer.from(kept).toString();
  }

  /** What the next command of the lasting shell reads first, each text as it is: its state, and what is kept in memory. */
  stateTexts(): Promise<readonly string[]> {
    const { folder } = this.#place;
    const { files } = this.#transport;
    if (files !== undefined) {
      return Promise.all([`${folder}/state`, `${files.memory(folder)}/secrets`].map((path) => wholeText(files, path)));
    }
    const secrets = `"/dev/shm/hermes-$EUID/${memoryName(folder)}/secrets"`;
    return Promise.all([shellQuote(`${folder}/state`), secrets].map((path) => this.#shownText(path)));
  }

  async #shownText(quoted: string): Promise<string> {
    const { stdout } = await this.#transport.run(`[ ! -e ${quoted} ] || cat ${quoted}`);
    return Buffer.from(stdout).toString();
  }

  /** Ends the connection; jobs go on. */
  close(): void {
    this.#isClosed = true;
    this.#control?.close();
  }

  log(id: string): JobLog {
    return new JobLog(this.#transport, this.#file(id, "out"));
  }

  /** Puts down what a job with `input: "file"` reads. */
  async feed(id: string, bytes: Uint8Array): Promise<void> {
    await this.#connected(); // makes the folder
    await this.#must(`umask 077; cat >${shellQuote(this.#file(id, "in"))}`, bytes);
  }

  async write(id: string, bytes: Uint8Array): Promise<void> {
    const input = shellQuote(this.#file(id, "in"));
    // opened for reading too, so that it does not wait for a job that is not there any more
    await this.#must(`[ -p ${input} ] && [ ! -s ${shellQuote(this.#file(id, "rc"))} ] && cat 1<>${input}`, bytes);
  }

  async closeInput(id: string): Promise<void> {
    await this.#ask(`__h_close ${id}`, ["C"], id);
  }

  /** Resolves when the place has accepted it, and then with a way to its end. An id that was accepted is not started again. */
  async start(request: JobRequest): Promise<{ readonly end: (signal: AbortSignal) => Promise<JobEnd> }> {
    if (this.#starts++ % pruneEvery === 0) (await this.#connected()).tell(`__h_prune ${keptJobs}`);
    const { id, mode, input, pty, folder, command, limitSeconds } = request;
    const secrets = Object.entries(request.secrets ?? {}).map(([name, value]) => shellQuote(`${name}=${value}`));
    const place = [pty ? "pty" : "plain", shellQuote(folder ?? "")];
    const limit = limitSeconds === undefined ? "-" : String(limitSeconds);
    const call = ["__h_start", id, mode, input, ...place, shellQuote(command), limit, ...secrets];
    if (mode === "background") this.#mayHaveJobs = true;
    const { frame, control, end } = await this.#startOn(call.join(" "), id);
    if (frame.kind === "F") throw notStarted(frame.fields[1]);
    const watched = frame.kind === "A" ? undefined : { control, end };
    return {
      end: async (signal) => {
        const found = await this.#endOf(id, signal, watched);
        if (found.folder !== undefined && mode !== "background") this.folder = found.folder;
        return found;
      },
    };
  }

  async end(id: string, signal: AbortSignal): Promise<JobEnd> {
    return this.#endOf(id, signal, undefined);
  }

  /** `unknown` when there is no such job. */
  async status(id: string): Promise<JobStatus | "unknown"> {
    for (let look = 0; ; look++) {
      const status = statusOf(await this.#ask(`__h_status ${id}`, ["T"], id));
      if (status !== "accepted" && status !== "dead") return status;
      if (look < looksBeforeLost) await systemClock.sleep(100 * (look + 1));
      else if (status === "dead") return lostJob.status;
      else if (await this.#void(id)) return notBegun.status;
    }
  }

  /** Resolves when nothing of its group is left, or it got KILL. */
  async kill(id: string, why: "timed-out" | "stopped" | "asked", graceMs: number): Promise<void> {
    await this.#ask(`__h_kill ${id} ${why} ${Math.ceil(graceMs / 60)}`, ["K"], id);
  }

  /** Without a connection where that is possible. */
  async list(): Promise<readonly JobSummary[]> {
    if (!this.#mayHaveJobs) return [];
    const { files } = this.#transport;
    const jobs = files === undefined ? await this.#listThroughShell() : await this.#listDirectly(files);
    this.#mayHaveJobs = jobs.length > 0;
    return jobs;
  }

  async #listDirectly(files: DirectFiles): Promise<readonly JobSummary[]> {
    const folder = `${this.#place.folder}/jobs`;
    const names = await files.names(folder, ".bg");
    return Promise.all(
      names.map(async (name) => {
        const id = name.slice(0, -".bg".length);
        const command = await files.read(`${folder}/${id}.cmd`, 0, maxCommandBytes);
        const isTold = (await files.size(`${folder}/${id}.told`)) !== undefined;
        const note = await files.read(`${folder}/${id}.note`, 0, maxNoteBytes);
        return { id, command: Buffer.from(command ?? []).toString(), isTold, note: note?.toString() };
      }),
    );
  }

  async #listThroughShell(): Promise<readonly JobSummary[]> {
    await this.#connected();
    const script = `cd ${shellQuote(`${this.#place.folder}/jobs`)} && ls -tr | while read -r f; do case $f in *.bg) i=\${f%.bg}; t=no; [ ! -e "$i.told" ] || t=yes; printf '%s %s ' "$i" $t; base64 <"$i.cmd" | tr -d '\\n'; printf ' '; [ ! -e "$i.note" ] || base64 <"$i.note" | tr -d '\\n'; echo ;; esac; done`;
    const { stdout } = await this.#transport.run(script);
    const rows = Buffer.from(stdout).toString().split("\n").filter(Boolean);
    return rows.map((row) => {
      const [id = "", told, command = "", note = ""] = row.split(" ");
      return { id, command: decoded(command), isTold: told === "yes", note: note === "" ? undefined : decoded(note) };
    });
  }

  async markTold(id: string): Promise<void> {
    await this.#must(`: >${shellQuote(this.#file(id, "told"))}`);
  }

  async setNote(id: string, note: string): Promise<void> {
    await this.#connected(); // makes the folder
    const file = this.#file(id, "note");
    const [written, kept] = [shellQuote(`${file}.new`), shellQuote(file)];
    await this.#must(`umask 077; cat >${written} && mv -f ${written} ${kept}`, Buffer.from(note));
  }

  /** The output of this job, or the state of the shell, as `mask` makes it; `true` when it was changed. */
  async scrub(id: string | undefined, mask: (bytes: Uint8Array) => Uint8Array): Promise<boolean> {
    const { files } = this.#transport;
    if (files === undefined) return false;
    const path = id === undefined ? `${this.#place.folder}/state` : this.#file(id, "out");
    const size = (await files.size(path)) ?? 0;
    const kept = size === 0 ? undefined : await files.read(path, 0, Math.min(size, maxScrubbedBytes));
    if (kept === undefined) return false;
    const masked = mask(kept);
    if (masked === kept) return false;
    const beside = shellQuote(`${path}.masked`);
    await this.#must(`umask 077; cat >${beside} && mv -f ${beside} ${shellQuote(path)}`, masked);
    return true;
  }

  #file(id: string, kind: string): string {
    return `${this.#place.folder}/jobs/${id}.${kind}`;
  }

  async #must(script: string, stdin?: Uint8Array): Promise<void> {
    const { exitCode } = await this.#transport.run(script, stdin);
    if (exitCode !== 0)
      throw new AgentError("file-failed", "It cannot be written to: it has ended, or reads no input.");
  }

  /** `true` when the job had not begun, and now never will. */
  async #void(id: string): Promise<boolean> {
    return (await this.#ask(`__h_void ${id}`, ["V"], id)).fields[1] === "yes";
  }

  /** Sent again when the connection is lost before the answer: the place knows whether it was accepted. */
  async #startOn(call: string, id: string) {
    for (let lost = 0; ; lost++) {
      const control = await this.#connected();
      const end = control.next(["D", "N", "L"], id);
      try {
        return { frame: await control.ask(call, ["S", "A", "F"], id), control, end };
      } catch (error) {
        if (!(error instanceof ChannelLost) || lost >= maxReconnects) throw unavailable(error);
      }
    }
  }

  async #endOf(
    id: string,
    signal: AbortSignal,
    watched: { readonly control: ControlChannel; readonly end: ReturnType<ControlChannel["next"]> } | undefined,
  ): Promise<JobEnd> {
    let watch = watched;
    for (let lost = 0; ; lost++) {
      try {
        watch ??= await this.#watch(id);
        const frame = await this.#frameOrStatus(id, watch.end, signal);
        if (!("kind" in frame)) return frame;
        if (frame.kind === "D") return endOf(frame);
        if (frame.kind === "N") return notBegun;
        const status = await this.status(id);
        if (status === "unknown") return lostJob;
        if (status.state !== "running") return { status };
        watch = undefined;
      } catch (error) {
        if (!(error instanceof ChannelLost) || lost >= maxReconnects) throw unavailable(error);
        watch = undefined;
      }
    }
  }

  async #watch(id: string) {
    const control = await this.#connected();
    const end = control.next(["D", "N", "L"], id);
    control.tell(`__h_watch ${id}`);
    return { control, end };
  }

  /** The frame that tells the end; when none comes, the end itself as soon as a look at the job shows it. */
  async #frameOrStatus(id: string, end: ReturnType<ControlChannel["next"]>, signal: AbortSignal) {
    for (;;) {
      const over = new AbortController();
      const tick = systemClock.sleep(lookEveryMs, over.signal).then(
        () => undefined,
        () => undefined,
      );
      const frame = await orAborted(Promise.race([end, tick]), signal).finally(() => over.abort());
      if (frame !== undefined) return frame;
      const status = await this.status(id);
      if (status !== "unknown" && status.state !== "running") return { status } satisfies JobEnd;
    }
  }

  async #ask(call: string, kinds: readonly string[], id: string) {
    for (let lost = 0; ; lost++) {
      const control = await this.#connected();
      try {
        return await control.ask(call, kinds, id);
      } catch (error) {
        if (!(error instanceof ChannelLost) || lost >= maxReconnects) throw unavailable(error);
      }
    }
  }

  async #connected(): Promise<ControlChannel> {
    if (this.#isClosed) throw new AgentError("stopped", "The workspace was closed.");
    if (this.#control?.isOpen === true) return this.#control;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<ControlChannel> {
    const { folder, root } = this.#place;
    const isDirect = this.#transport.files !== undefined;
    for (let lost = 0; ; lost++) {
      try {
        const control = await ControlChannel.open(this.#transport, { folder, root, isDirect });
        this.#control = control;
        this.folder = control.folder === "" ? root : control.folder;
        return control;
      } catch (error) {
        if (!(error instanceof ChannelLost) || lost >= maxReconnects || this.#isClosed) throw unavailable(error);
      }
    }
  }
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString();
}

function notStarted(why: string | undefined): AgentError {
  if (why === "script") {
    return new AgentError(
      "bad-usage",
      "There is no terminal here: the program script (util-linux) is missing; leave pty out.",
    );
  }
  return new AgentError("file-failed", "The command could not be started: the disk of the session folder is full.");
}

function unavailable(error: unknown): unknown {
  if (!(error instanceof ChannelLost)) return error;
  return new AgentError(
    "workspace-unavailable",
    "The connection to the workspace was lost again and again. Try later.",
    {
      cause: error,
      retryable: true,
    },
  );
}

async function wholeText(files: DirectFiles, path: string): Promise<string> {
  const size = (await files.size(path)) ?? 0;
  return Buffer.from((await files.read(path, 0, size)) ?? new Uint8Array()).toString();
}
