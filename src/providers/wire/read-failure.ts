import type { ModelFailure } from "../../protocol/model.ts";
import { failureSentence } from "../failure-sentence.ts";
import type { Exchange } from "./exchange.ts";
import { failureKind } from "./failure-kind.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { WireTarget } from "./wire-target.ts";

export type FailureSources = {
  readonly target: WireTarget;
  readonly exchange: Exchange;
  /** What the library made of it. */
  readonly libraryText: string;
  readonly now: number;
};

/** Why a try failed, from what was seen on the wire; `text` is everything that was said, for closer looks. */
export function readFailure(sources: FailureSources): { readonly failure: ModelFailure; readonly text: string } {
  const { exchange, target } = sources;
  const isHtml = isWebPage(exchange);
  const network = exchange.connectError === undefined ? "" : networkReason(exchange.connectError);
  const text = isHtml ? "" : [network, exchange.body ?? sources.libraryText].filter((piece) => piece !== "").join(" ");
  const inStream = exchange.body === undefined && exchange.hasBytes ? statusIn(sources.libraryText) : undefined;
  const status = inStream ?? exchange.status;
  const hasBegun = exchange.hasBytes && inStream === undefined;
  const kind =
    exchange.status === undefined
      ? "unreachable"
      : failureKind({ status, text, isHtml, hasBegun, isWhole: exchange.body !== undefined });
  const message = failureSentence(target, { kind, status, said: network || vendorWords(text), isHtml });
  return {
    text,
    failure: { kind, message, status: errorStatus(status), retryAfterMs: retryAfterMs(exchange.headers, sources.now) },
  };
}

function errorStatus(status: number | undefined): number | undefined {
  return status !== undefined && status >= 400 ? status : undefined;
}

function isWebPage({ body, headers }: Exchange): boolean {
  if (body === undefined) return false;
  return /^\s*<(?:!doctype|html|head|body)/i.test(body) || /html/i.test(headers?.["content-type"] ?? "");
}

/** The message inside the vendor's JSON, or the text as it came. */
function vendorWords(text: string): string {
  const start = text.indexOf("{");
  if (start === -1) return text;
  try {
    return messageIn(JSON.parse(text.slice(start))) ?? text;
  } catch {
    return text;
  }
}

function messageIn(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (Array.isArray(value)) return messageIn(value[0]);
  if (typeof value !== "object" || value === null) return undefined;
  const { error, message, detail } = value as Record<string, unknown>;
  return messageIn(error) ?? messageIn(message) ?? messageIn(detail);
}

/** An error that came inside an accepted stream carries its status in words. */
function statusIn(text: string): number | undefined {
  const found = /^(\d{3})\b|"(?:code|status)":\s*"?(\d{3})\b/.exec(text);
  const status = Number(found?.[1] ?? found?.[2]);
  return status >= 400 && status < 600 ? status : undefined;
}

function networkReason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof AggregateError && cause.errors.length > 0) return networkReason(cause.errors[0]);
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as { readonly code?: unknown };
  return typeof code === "string" ? code : cause.message;
}
