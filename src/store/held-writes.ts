import { rmSync } from "node:fs";

import { AgentError } from "../protocol/agent-error.ts";
import { applyHeldWrite, encodeHeldWrite, type HeldWrite, parseHeldWrite, quarantine } from "./held-write.ts";
import { adoptJournals, type JournalPlace, prepareJournal } from "./journal-folder.ts";
import type { ReserveJournal } from "./reserve-journal.ts";
import { asAgentError, faultOf } from "./store-errors.ts";
import type { GateOptions, StoreGate } from "./store-gate.ts";

/** `body` is what the journal holds; `write` is `undefined` when we cannot make sense of it. */
type Pending = { readonly body: string; readonly write: HeldWrite | undefined };

const longestLostWaitMs = 1000; // once it is lost, nobody waits a whole deadline again to hear the same

/** What could not be written: kept in order, in memory and in the reserve journal, and replayed once. */
export class HeldWrites {
  readonly #gate: StoreGate;
  readonly #options: GateOptions;
  readonly #place: JournalPlace | undefined;
  readonly #pending: Pending[] = [];
  readonly #adoptedPaths: string[] = [];
  #journal: ReserveJournal | undefined;
  #preparing: Promise<void> | undefined;
  #replaying: Promise<void> | undefined;
  #isJournalWhole = true;

  constructor(gate: StoreGate, options: GateOptions, place: JournalPlace | undefined) {
    this.#gate = gate;
    this.#options = options;
    this.#place = place;
  }

  get isLost(): boolean {
    return this.#pending.length > 0;
  }

  /** Takes over what dead processes could not write. Never rejects for a lost store: it then stays pending. */
  async adopt(): Promise<void> {
    if (this.#place === undefined) return;
    for (const adopted of await adoptJournals(this.#place)) {
      this.#adoptedPaths.push(adopted.path);
      for (const body of adopted.records) this.#pending.push({ body, write: parseHeldWrite(body) });
    }
    if (this.#pending.length === 0) return this.#forgetJournals();
    try {
      await this.replay();
    } catch (error) {
      if (!isStoreFault(error)) throw error;
      this.#say(error);
    }
  }

  /** Makes room on the disk while there is some. Only a process that works needs it. */
  prepare(): Promise<void> {
    this.#preparing ??= this.#makeJournal();
    return this.#preparing;
  }

  /** Writes it now if that is possible, else keeps it. */
  async write(write: HeldWrite): Promise<void> {
    try {
      await this.replay();
      await this.#gate.write((connection) => applyHeldWrite(connection, write));
    } catch (error) {
      if (!isStoreFault(error)) throw asAgentError(error);
      this.#hold(write, error);
    }
  }

  /** Resolves at once when nothing is pending; rejects with a store fault while the store stays lost. */
  async replay(): Promise<void> {
    if (this.#pending.length === 0 && this.#replaying === undefined) return;
    this.#replaying ??= this.#replayAll().finally(() => {
      this.#replaying = undefined;
    });
    await this.#replaying;
  }

  /** An empty journal becomes the next process's spare; one that holds something stays for whoever opens next. */
  async close(): Promise<void> {
    try {
      await this.replay();
    } catch (error) {
      if (!isStoreFault(error)) throw error;
    }
    await this.#preparing;
    this.#journal?.close(this.isLost ? undefined : this.#place?.path);
  }

  async #replayAll(): Promise<void> {
    const deadlineMs = Math.min(longestLostWaitMs, this.#options.deadlineMs);
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      const { body, write } = next;
      try {
        if (write === undefined) throw new AgentError("bad-data", "it was written by a version that is not known here");
        await this.#gate.write((connection) => applyHeldWrite(connection, write), deadlineMs);
      } catch (error) {
        if (isStoreFault(error)) throw error;
        const entry = { at: this.#options.clock.now(), reason: asAgentError(error).message, body };
        await this.#gate.write((connection) => quarantine(connection, entry), deadlineMs);
      }
      this.#pending.shift();
    }
    this.#forgetJournals();
    this.#options.notice({ code: "store-back", text: "The store is back; everything that waited is written." });
  }

  #hold(write: HeldWrite, fault: unknown): void {
    const body = encodeHeldWrite(write);
    if (!this.isLost) this.#say(fault);
    this.#pending.push({ body, write });
    try {
      this.#journal?.append(body);
    } catch (error) {
      if (this.#isJournalWhole) this.#sayThatMemoryIsAllWeHave(error);
      this.#isJournalWhole = false;
    }
  }

  async #makeJournal(): Promise<void> {
    if (this.#place === undefined) return;
    try {
      this.#journal = await prepareJournal(this.#place);
    } catch (error) {
      this.#sayThatMemoryIsAllWeHave(error);
    }
  }

  #forgetJournals(): void {
    try {
      for (const path of this.#adoptedPaths.splice(0)) rmSync(path, { force: true });
      this.#journal?.clear();
      this.#isJournalWhole = true;
    } catch (error) {
      // what stays in the file is replayed again one day and then changes nothing
      this.#sayThatMemoryIsAllWeHave(error);
    }
  }

  #say(fault: unknown): void {
    const reason = asAgentError(fault).message;
    const text = `${reason} Until then answers are given and kept aside, and only reading is allowed.`;
    this.#options.notice({ code: "store-lost", text });
  }

  #sayThatMemoryIsAllWeHave(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const text = `There is no reserve journal (${reason}): what cannot be stored is lost if this process ends.`;
    this.#options.notice({ code: "store-lost", text });
  }
}

function isStoreFault(error: unknown): boolean {
  if (error instanceof AgentError) return error.code === "store-busy" || error.code === "store-lost";
  return faultOf(error) !== "other";
}
