import { noLongerNeeded } from "../../lib/no-longer-needed.ts";
import type { ModelEvent, ModelFailure, ModelRequest } from "../../protocol/model.ts";
import { addUsage, type Usage } from "../../protocol/usage.ts";
import type { AttemptEvent } from "../attempt.ts";
import type { Pass } from "./rate-gates.ts";
import type { CallMemory, Candidate, Lane, ResilientSpec } from "./candidate.ts";
import { backoffMs, retryRules } from "./retry-rules.ts";
import { ticksUntil } from "./ticks.ts";
import { watchAttempt } from "./watch-attempt.ts";

type CallInput = {
  readonly spec: ResilientSpec;
  readonly memory: CallMemory;
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
};

type ErrorEvent = Extract<AttemptEvent, { readonly type: "error" }>;

/** What is known of one candidate while a call is made. */
type CandidateState = {
  readonly candidate: Candidate;
  readonly next: Candidate | undefined;
  readonly refused: Set<Lane>;
  readonly tries: Map<string, number>;
};

type Verdict = { readonly act: "again"; readonly delayMs: number } | { readonly act: "give-up" };

const restMs = 60_000;

/** One model call, over all its tries. */
export class CallRun {
  readonly #input: CallInput;
  readonly #startedAt: number;
  readonly #answerBy: number;
  #hasText = false;
  /** What failed tries have cost; it is part of the call's bill. */
  #spent: Usage | undefined;

  constructor(input: CallInput) {
    this.#input = input;
    this.#startedAt = input.spec.clock.now();
    this.#answerBy = this.#startedAt + Math.max(...input.spec.candidates.map((candidate) => candidate.limits.callMs));
  }

  async *events(): AsyncGenerator<ModelEvent> {
    const order = this.#order();
    let last: ErrorEvent | undefined;
    for (const [index, candidate] of order.entries()) {
      const next = order[index + 1];
      last = yield* this.#ask({ candidate, next, refused: new Set(), tries: new Map() });
      if (last === undefined) return;
      if (this.#hasText || next === undefined || retryRules[last.failure.kind].act === "final") break;
      this.#input.memory.restingUntil.set(candidate, this.#now() + restMs);
      yield { type: "retry", failure: last.failure, model: next.id, delayMs: 0 };
    }
    if (last !== undefined) yield { type: "error", failure: last.failure, partial: last.partial, usage: this.#spent };
  }

  /** Models that failed a moment ago come last, so that not every call pays for finding out again. */
  #order(): readonly Candidate[] {
    const { spec, memory } = this.#input;
    const isResting = (candidate: Candidate): boolean => (memory.restingUntil.get(candidate) ?? 0) > this.#now();
    return [...spec.candidates.filter((each) => !isResting(each)), ...spec.candidates.filter(isResting)];
  }

  /** Asks one model until it answers (`undefined`) or is given up (its last failure). */
  async *#ask(state: CandidateState): AsyncGenerator<ModelEvent, ErrorEvent | undefined> {
    for (;;) {
      const lane = this.#lane(state);
      const failed = yield* this.#try(state.candidate, lane);
      if (failed === undefined) {
        this.#input.memory.restingUntil.delete(state.candidate);
        return undefined;
      }
      if (this.#hasText) return failed;
      const verdict = this.#judge(state, lane, failed);
      if (verdict.act === "give-up") return failed;
      yield { type: "retry", failure: failed.failure, model: state.candidate.id, delayMs: verdict.delayMs };
      if (verdict.delayMs > 0) yield* this.#wait(verdict.delayMs, state.candidate);
    }
  }

  /** The key that may be used soonest. */
  #lane({ candidate, refused }: CandidateState): Lane {
    const usable = candidate.lanes.filter((lane) => !refused.has(lane));
    const best = usable.toSorted((left, right) => left.gate.delayMs() - right.gate.delayMs())[0] ?? candidate.lanes[0];
    if (best === undefined) throw new Error(`${candidate.id} has no lane`);
    return best;
  }

  async *#try(candidate: Candidate, lane: Lane): AsyncGenerator<ModelEvent, ErrorEvent | undefined> {
    const { spec, memory, request, signal } = this.#input;
    const pass = yield* this.#enter(candidate, lane);
    if (pass === undefined) return this.#failure(candidate, signal.aborted ? "stopped" : "timed-out");
    const attempt = memory.textCallers.has(candidate) ? lane.attemptWithTextCalls : lane.attempt;
    try {
      const events = watchAttempt(attempt, request, {
        clock: spec.clock,
        limits: candidate.limits,
        answerBy: this.#answerBy,
        signal,
        onAccepted: () => {
          lane.gate.accepted();
          pass.settle();
        },
        timedOut: () => candidate.failure("timed-out"),
        stopped: () => candidate.failure("stopped"),
      });
      for await (const event of events) {
        if (event.type === "error") {
          this.#noteLimit(lane, event);
          this.#spent = this.#withSpent(event.usage);
          return event;
        }
        if (event.type === "text-delta" && event.text !== "") this.#hasText = true;
        if (event.type === "waiting") yield { ...event, model: candidate.id };
        else yield event.type === "finish" ? { ...event, usage: this.#withSpent(event.usage) ?? event.usage } : event;
      }
      return undefined;
    } finally {
      pass.settle();
    }
  }

  #withSpent(usage: Usage | undefined): Usage | undefined {
    return this.#spent === undefined || usage === undefined ? (usage ?? this.#spent) : addUsage(this.#spent, usage);
  }

  /** The gate must be shut before the pass is settled, or the next in line would run into the same limit. */
  #noteLimit(lane: Lane, { failure }: ErrorEvent): void {
    if (failure.kind === "rate-limited") lane.gate.refused(failure.retryAfterMs, this.#input.spec.random());
  }

  /** `undefined` when the time ran out or the caller stopped before the gate opened. */
  async *#enter(candidate: Candidate, lane: Lane): AsyncGenerator<ModelEvent, Pass | undefined> {
    const open = lane.gate.enterNow();
    if (open !== undefined) return open;
    const { spec, signal } = this.#input;
    const deadline = new AbortController();
    const cancel = new AbortController();
    spec.clock.sleep(Math.max(0, this.#answerBy - this.#now()), cancel.signal).then(
      () => deadline.abort(),
      () => undefined, // the gate opened first
    );
    const entering = lane.gate.enter(AbortSignal.any([signal, deadline.signal]));
    yield* this.#shownUntil(entering, candidate);
    try {
      return await entering;
    } catch {
      return undefined; // the caller tells a stop from a deadline by the signal
    } finally {
      cancel.abort(noLongerNeeded);
    }
  }

  async *#wait(delayMs: number, candidate: Candidate): AsyncGenerator<ModelEvent> {
    const waiting = this.#input.spec.clock.sleep(delayMs, this.#input.signal).catch(() => undefined); // the next try ends at once
    yield* this.#shownUntil(waiting, candidate);
  }

  async *#shownUntil(promise: Promise<unknown>, candidate: Candidate): AsyncGenerator<ModelEvent> {
    for await (const _ of ticksUntil(promise, this.#input.spec.clock, candidate.limits.waitingMs)) {
      yield { type: "waiting", model: candidate.id, elapsedMs: this.#now() - this.#startedAt };
    }
  }

  #judge(state: CandidateState, lane: Lane, { failure, lacksTools }: ErrorEvent): Verdict {
    const { textCallers } = this.#input.memory;
    if (lacksTools && !textCallers.has(state.candidate)) {
      textCallers.add(state.candidate);
      return { act: "again", delayMs: 0 };
    }
    const rule = retryRules[failure.kind];
    switch (rule.act) {
      case "final":
      case "next-model":
        return { act: "give-up" };
      case "next-key":
        state.refused.add(lane);
        return state.candidate.lanes.some((each) => !state.refused.has(each))
          ? { act: "again", delayMs: 0 }
          : { act: "give-up" };
      case "again":
        return this.#again(state, failure, state.next === undefined ? rule.tries : rule.triesWithFallback);
    }
  }

  #again(state: CandidateState, failure: ModelFailure, allowed: number): Verdict {
    const tries = (state.tries.get(failure.kind) ?? 0) + 1;
    state.tries.set(failure.kind, tries);
    const delayMs = this.#delayMs(state, failure, tries);
    if (failure.kind === "rate-limited" && delayMs === 0) return { act: "again", delayMs }; // another key is free
    const { longestRetryAfterMs, patienceMs } = state.candidate.limits;
    const longest = state.next === undefined ? longestRetryAfterMs : patienceMs;
    const isHopeless = tries >= allowed || delayMs > longest || this.#now() + delayMs >= this.#answerBy;
    return isHopeless ? { act: "give-up" } : { act: "again", delayMs };
  }

  #delayMs(state: CandidateState, failure: ModelFailure, tries: number): number {
    if (failure.kind === "rate-limited") return Math.min(...this.#usable(state).map((lane) => lane.gate.delayMs()));
    return failure.retryAfterMs ?? backoffMs(tries, this.#input.spec.random());
  }

  #usable({ candidate, refused }: CandidateState): readonly Lane[] {
    return candidate.lanes.filter((lane) => !refused.has(lane));
  }

  #failure(candidate: Candidate, kind: "timed-out" | "stopped"): ErrorEvent {
    return { type: "error", failure: candidate.failure(kind), partial: undefined, usage: undefined, lacksTools: false };
  }

  #now(): number {
    return this.#input.spec.clock.now();
  }
}
