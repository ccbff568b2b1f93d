import type { PatientFetch } from "../lib/patient-fetch.ts";
import type { Clock, NewId } from "../protocol/clock.ts";
import type { Model, ModelFailure } from "../protocol/model.ts";
import { failureSentence } from "./failure-sentence.ts";
import { findTarget, type FoundTarget } from "./find-target.ts";
import { withInlineThoughts } from "./inline-thoughts.ts";
import { isLocalAddress } from "./local-address.ts";
import type { ModelSelection } from "./model-selection.ts";
import type { RateGates } from "./retry/rate-gates.ts";
import type { Candidate, Lane } from "./retry/candidate.ts";
import { createResilientModel } from "./retry/resilient-model.ts";
import { localTimeLimits, remoteTimeLimits } from "./retry/time-limits.ts";
import { withStrayToolCalls, withTextToolCalls } from "./text-tool-calls/written-calls.ts";
import { createEndpointAttempt } from "./wire/endpoint-attempt.ts";
import { idOf, type ApiKey, type WireTarget } from "./wire/wire-target.ts";

export type ModelParts = {
  readonly clock: Clock;
  readonly newId: NewId;
  /** In [0, 1). */
  random(): number;
  readonly fetch: PatientFetch;
  /** One for the process, so that all models that share a key wait together when its rate is limited. */
  readonly gates: RateGates;
};

export type OpenedModel = {
  readonly model: Model;
  /** Sentences a person should see once: which model was taken, how small its context is. */
  readonly notices: readonly string[];
};

const probeDeadlineMs = 2_000;

/**
 * The one way to a model. Asks the network only where something is left open: which model a server has, and how large
 * its context is. Throws `unknown-model` when there is no such provider or model.
 */
export async function openModel(
  selection: ModelSelection,
  parts: ModelParts,
  signal: AbortSignal,
): Promise<OpenedModel> {
  const probe = { fetch: parts.fetch, clock: parts.clock, deadlineMs: probeDeadlineMs, signal };
  const main = await findTarget(selection.main, selection, probe);
  // What the person said about limits is about the main model.
  const { limits: _, ...others } = selection;
  const fallbacks = await Promise.all((selection.fallbacks ?? []).map((ref) => findTarget(ref, others, probe)));
  const model = createResilientModel({
    limits: main.target.limits,
    price: main.target.price,
    features: main.target.features,
    candidates: [candidateOf(main, selection, parts), ...fallbacks.map((each) => candidateOf(each, selection, parts))],
    clock: parts.clock,
    random: () => parts.random(),
  });
  return { model, notices: [main, ...fallbacks].flatMap((found) => found.notices) };
}

function candidateOf({ target, keys }: FoundTarget, selection: ModelSelection, parts: ModelParts): Candidate {
  const anyKey: WireTarget = { ...target, key: keys[0] };
  const usual = isLocalAddress(target.baseUrl) ? localTimeLimits : remoteTimeLimits;
  const lanes = keys.length === 0 ? [undefined] : keys;
  return {
    id: idOf(anyKey),
    lanes: lanes.map((key) => laneOf({ ...target, key }, selection, parts)),
    limits: { ...usual, ...selection.timeLimits },
    failure: (kind): ModelFailure => {
      const message = failureSentence(anyKey, { kind, status: undefined, said: "", isHtml: false });
      return { kind, message, status: undefined, retryAfterMs: undefined };
    },
  };
}

function laneOf(target: WireTarget, selection: ModelSelection, parts: ModelParts): Lane {
  const attempt = createEndpointAttempt(target, parts);
  // Only servers of open models are known to let a model's own formats slip through as text.
  const isOpen = target.api === "openai-chat";
  const plain = isOpen ? withInlineThoughts(attempt) : attempt;
  const inText = withTextToolCalls(plain, parts.newId);
  const native = isOpen ? withStrayToolCalls(plain, parts.newId) : plain;
  return {
    keyName: keyLabel(target.key),
    gate: parts.gates.gate(target.baseUrl, keyLabel(target.key)),
    attempt: selection.toolCalls === "text" ? inText : native,
    attemptWithTextCalls: inText,
  };
}

function keyLabel(key: ApiKey | undefined): string {
  return key?.name ?? "no key";
}
