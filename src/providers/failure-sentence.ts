import { redact } from "../lib/redact.ts";
import type { ModelFailureKind } from "../protocol/model.ts";
import { idOf, type WireTarget } from "./wire/wire-target.ts";

export type FailureWords = {
  readonly kind: ModelFailureKind;
  readonly status: number | undefined;
  /** The vendor's own words, as far as there are any. */
  readonly said: string;
  readonly isHtml: boolean;
};

/** One sentence for a person: what happened, where, and the fix. Holds no key, whatever the vendor echoed. */
export function failureSentence(target: WireTarget, words: FailureWords): string {
  const known = target.key === undefined ? [] : [target.key.value];
  return redact(sentences[words.kind](target, words), known);
}

type Sentence = (target: WireTarget, words: FailureWords) => string;

const sentences: Readonly<Record<ModelFailureKind, Sentence>> = {
  "rate-limited": (target, words) => `${target.baseUrl} limits the rate of requests${code(words)}${said(words)}.`,
  overloaded: (target, words) => `${target.baseUrl} could not answer just now${code(words)}${said(words)}.`,
  unreachable: (target, words) =>
    `${target.baseUrl} could not be reached${said(words)}: check that the server runs and that the address is right.`,
  "timed-out": (target) => `${idOf(target)} at ${target.baseUrl} did not answer in time.`,
  cut: (target, words) => `The reply of ${idOf(target)} broke off${said(words)}.`,
  "bad-key": (target, words) => badKey(target, words),
  "no-credit": (target, words) =>
    `The account behind ${target.key?.name ?? target.baseUrl} has no credit left${code(words)}${said(words)}: top it up or name another model.`,
  "unknown-model": (target, words) =>
    `${target.baseUrl} does not know the model ${target.model}${code(words)}: see hermes model list ${target.provider}.`,
  "context-overflow": (target, words) =>
    `The conversation is too long for ${idOf(target)}${code(words)}${said(words)}.`,
  "not-an-api": (target, words) => notAnApi(target, words),
  "empty-reply": (target) => `${idOf(target)} answered with nothing: ask again or name another model.`,
  "bad-request": (target, words) => `${idOf(target)} refused the request${code(words)}${said(words)}.`,
  budget: (target, words) => `The budget does not allow a call to ${idOf(target)}${said(words)}.`,
  stopped: (target) => `The call to ${idOf(target)} was stopped.`,
};

function badKey(target: WireTarget, words: FailureWords): string {
  if (target.key === undefined) {
    const names = target.keyNames.length === 0 ? "a key for it" : target.keyNames.join(" or ");
    return `${target.baseUrl} wants a key${code(words)}: set ${names}.`;
  }
  return `The key in ${target.key.name} was refused by ${target.baseUrl}${code(words)}: check it, or run hermes model test.`;
}

function notAnApi(target: WireTarget, words: FailureWords): string {
  const what = words.isHtml ? "answered with a web page" : "has no such API";
  const lacksVersion = !/\/v\d+[a-z]*(?:\/|$)/.test(target.baseUrl) && target.api !== "anthropic-messages";
  const fix = lacksVersion
    ? `the base URL most likely lacks /v1 (try ${target.baseUrl.replace(/\/+$/, "")}/v1)`
    : "check the base URL";
  return `${target.baseUrl} ${what}${code(words)}: ${fix}.`;
}

function code({ status }: FailureWords): string {
  return status === undefined || status < 400 ? "" : ` (${status})`;
}

function said(words: FailureWords): string {
  if (words.isHtml || words.said === "") return "";
  const text = words.said
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[.:]+$/, "");
  return ` and said "${text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text}"`;
}

const longestQuote = 240;
