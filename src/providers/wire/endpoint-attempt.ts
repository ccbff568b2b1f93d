import type { PatientFetch } from "../../lib/patient-fetch.ts";
import type { AssistantMessage as VendorAnswer, SimpleStreamOptions } from "@earendil-works/pi-ai";
import type { Clock, NewId } from "../../protocol/clock.ts";
import type { ModelRequest } from "../../protocol/model.ts";
import type { Attempt, AttemptContext, AttemptEvent } from "../attempt.ts";
import { failureSentence } from "../failure-sentence.ts";
import { type Exchange, newExchange, tappedFetch } from "./exchange.ts";
import { saysToolsUnsupported } from "./failure-kind.ts";
import { loadWire } from "./load-wire.ts";
import { readFailure } from "./read-failure.ts";
import { ReplyCollector } from "./reply-collector.ts";
import { stablePayload } from "./stable-payload.ts";
import { readUsage } from "./usage.ts";
import { vendorRecord } from "./vendor-record.ts";
import { wireContext } from "./wire-context.ts";
import type { WireTarget } from "./wire-target.ts";

export type WireParts = {
  readonly fetch: PatientFetch;
  readonly clock: Clock;
  readonly newId: NewId;
};

/** One try over the network. The library's own retries and time limits are off: `retry/` is the one owner of both. */
export function createEndpointAttempt(target: WireTarget, parts: WireParts): Attempt {
  let wire: ReturnType<typeof loadWire> | undefined;
  return (request, context) => {
    wire ??= loadWire(target.api);
    return runAttempt({ target, parts, request, context, wire, exchange: newExchange() });
  };
}

type Run = {
  readonly target: WireTarget;
  readonly parts: WireParts;
  readonly request: ModelRequest;
  readonly context: AttemptContext;
  readonly wire: ReturnType<typeof loadWire>;
  readonly exchange: Exchange;
};

async function* runAttempt(run: Run): AsyncGenerator<AttemptEvent> {
  const { target, request } = run;
  const collector = new ReplyCollector(target, request, run.parts.newId);
  try {
    const wire = await run.wire;
    const context = wire.normalize(wireContext(request, target));
    for await (const event of wire.stream(vendorRecord(target), context, optionsOf(run))) {
      collector.take(event);
      if (event.type === "text_delta") yield { type: "text-delta", text: event.delta };
      if (event.type === "thinking_delta") yield { type: "reasoning-delta", text: event.delta };
      if (event.type === "done") yield finished(run, collector, event.message);
      if (event.type === "error") {
        yield failed(run, event.error.errorMessage ?? "", { collector, answer: event.error });
      }
    }
  } catch (error) {
    yield failed(run, error instanceof Error ? error.message : String(error), undefined);
  }
}

const oneHourMs = 3_600_000; // the client needs some limit; ours are much shorter

function optionsOf(run: Run): SimpleStreamOptions {
  const { target, request, context } = run;
  const isMarkedByLibrary = target.api === "anthropic-messages" || target.model.startsWith("anthropic/");
  return {
    apiKey: target.key?.value ?? "none",
    signal: context.signal,
    fetch: tappedFetch({
      target,
      exchange: run.exchange,
      fetch: run.parts.fetch,
      onActivity: () => context.onActivity(),
    }),
    maxRetries: 0,
    timeoutMs: oneHourMs,
    maxTokens: Math.min(request.maxOutputTokens ?? target.limits.outputTokens, target.limits.outputTokens),
    cacheRetention: isMarkedByLibrary ? "none" : "short",
    ...(request.sessionId === undefined ? {} : { sessionId: request.sessionId }),
    ...(target.reasoning === "off" ? {} : { reasoning: target.reasoning }),
    onPayload: (payload) => stablePayload(payload, target.api),
  };
}

function finished(run: Run, collector: ReplyCollector, answer: VendorAnswer): AttemptEvent {
  const message = collector.message(answer);
  const usage = readUsage(answer.usage, run.target);
  const isEmpty = message.parts.every(
    (part) => part.type === "reasoning" || (part.type === "text" && part.text.trim() === ""),
  );
  if (!isEmpty) return { type: "finish", message, usage };
  // A server that cuts an overlong prompt to fit leaves itself no room to answer in.
  const kind = message.stop === "length" && usage.outputTokens === 0 ? "context-overflow" : "empty-reply";
  const words = { kind, status: undefined, said: "", isHtml: false } as const;
  return {
    type: "error",
    failure: { kind, message: failureSentence(run.target, words), status: undefined, retryAfterMs: undefined },
    partial: undefined,
    usage,
    lacksTools: false,
  };
}

type Broken = { readonly collector: ReplyCollector; readonly answer: VendorAnswer };

function failed(run: Run, libraryText: string, broken: Broken | undefined): AttemptEvent {
  const { target, exchange } = run;
  const { failure, text } = readFailure({ target, exchange, libraryText, now: run.parts.clock.now() });
  const wasStopped = run.context.signal.aborted;
  const words = { kind: "stopped", status: undefined, said: "", isHtml: false } as const;
  return {
    type: "error",
    failure: wasStopped
      ? { kind: "stopped", message: failureSentence(target, words), status: undefined, retryAfterMs: undefined }
      : failure,
    partial: broken?.collector.partial(broken.answer),
    usage:
      broken === undefined || broken.answer.usage.totalTokens === 0
        ? undefined
        : readUsage(broken.answer.usage, target),
    lacksTools: !wasStopped && run.request.tools.length > 0 && saysToolsUnsupported(text),
  };
}
