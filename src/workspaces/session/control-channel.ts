import { orAborted } from "../../lib/or-aborted.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { controlScript, type ControlPlace } from "./control-script.ts";
import { decodeField, FrameReader, type Frame } from "./frame-reader.ts";
import type { Channel, Transport } from "./transport.ts";

const openMs = 30_000;

/** The channel broke before an answer came: whoever asked opens another one and looks what became of it. */
export class ChannelLost extends Error {}

type Waiting = { readonly resolve: (frame: Frame) => void; readonly reject: (error: Error) => void };

/** One control shell, and the answers of it by kind and job. */
export class ControlChannel {
  readonly #channel: Channel;
  readonly #waiting = new Map<string, Set<Waiting>>();
  #lost: ChannelLost | undefined;
  epoch = "";
  /** Where the session's shell stood when this channel was opened. */
  folder = "";

  private constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Throws `workspace-unavailable` when the shell does not answer, `ChannelLost` when it is cut off before it does. */
  static async open(transport: Transport, place: ControlPlace): Promise<ControlChannel> {
    const control = new ControlChannel(await transport.open());
    void control.#listen();
    const ready = control.#next(["R", "X"], undefined);
    control.#channel.write(controlScript(place));
    try {
      const frame = await orAborted(ready, AbortSignal.timeout(openMs));
      if (frame.kind === "X")
        throw new Error(`${place.folder} cannot be written; name a folder that can in XDG_STATE_HOME`);
      control.epoch = frame.fields[0] ?? "";
      control.folder = decodeField(frame.fields[1]);
      return control;
    } catch (cause) {
      control.close();
      if (cause instanceof ChannelLost) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new AgentError("workspace-unavailable", `The shell of this workspace cannot be started: ${why}.`, {
        cause,
        retryable: true,
      });
    }
  }

  get isOpen(): boolean {
    return this.#lost === undefined;
  }

  /** Sends a call and resolves with the first answer of these kinds about this job. Rejects with `ChannelLost`. */
  ask(call: string, kinds: readonly string[], id: string): Promise<Frame> {
    const answer = this.#next(kinds, id);
    if (this.#lost === undefined) this.#channel.write(`${call}\n`);
    return answer;
  }

  /** The next answer of these kinds about this job, which something already sent brings about. */
  next(kinds: readonly string[], id: string): Promise<Frame> {
    return this.#next(kinds, id);
  }

  tell(call: string): void {
    if (this.#lost === undefined) this.#channel.write(`${call}\n`);
  }

  close(): void {
    this.#lose();
    this.#channel.close();
  }

  #next(kinds: readonly string[], id: string | undefined): Promise<Frame> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const { promise, resolve, reject } = Promise.withResolvers<Frame>();
    const keys = kinds.map((kind) => keyOf(kind, id));
    const waiting: Waiting = {
      resolve: (frame) => {
        for (const key of keys) this.#waiting.get(key)?.delete(waiting);
        for (const key of keys) if (this.#waiting.get(key)?.size === 0) this.#waiting.delete(key);
        resolve(frame);
      },
      reject,
    };
    for (const key of keys) this.#waiting.set(key, (this.#waiting.get(key) ?? new Set()).add(waiting));
    promise.catch(() => undefined); // whoever waits for it hears of it; nobody may have begun to
    return promise;
  }

  async #listen(): Promise<void> {
    const reader = new FrameReader();
    try {
      for await (const chunk of this.#channel.output) {
        for (const frame of reader.push(chunk)) this.#take(frame);
      }
    } catch {
      // a stream that breaks is a channel that is lost: those who wait are told so
    }
    this.#lose();
  }

  #take(frame: Frame): void {
    const id = frame.kind === "R" || frame.kind === "X" ? undefined : frame.fields[0];
    for (const waiting of this.#waiting.get(keyOf(frame.kind, id)) ?? []) waiting.resolve(frame);
  }

  #lose(): void {
    this.#lost ??= new ChannelLost("the connection to the workspace was lost");
    const all = [...this.#waiting.values()].flatMap((set) => [...set]);
    this.#waiting.clear();
    for (const waiting of all) waiting.reject(this.#lost);
  }
}

function keyOf(kind: string, id: string | undefined): string {
  return `${kind} ${id ?? ""}`;
}
