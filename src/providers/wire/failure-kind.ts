import type { ModelFailureKind } from "../../protocol/model.ts";

export type FailureFacts = {
  readonly status: number | undefined;
  /** Everything the vendor or the network said. */
  readonly text: string;
  readonly isHtml: boolean;
  /** A stream of events had begun before it failed. */
  readonly hasBegun: boolean;
  /** The reply was something else than a stream of events. */
  readonly isWhole: boolean;
};

/** Vendors share no error format, so the words decide first and the status after them. */
export function failureKind(facts: FailureFacts): ModelFailureKind {
  const { text, status } = facts;
  if (facts.isHtml && (status ?? 200) < 500) return "not-an-api";
  if (status !== 429 && contextOverflow.test(text) && !/rate.?limit|too many requests/i.test(text)) {
    return "context-overflow";
  }
  if (noCredit.test(text)) return "no-credit";
  const fromWords = byWords.find(([pattern]) => pattern.test(text))?.[1];
  return byStatus(facts) ?? fromWords ?? (facts.isWhole ? "not-an-api" : "cut");
}

/** True when the server refused the request because this model, as it is served there, cannot call tools. */
export function saysToolsUnsupported(text: string): boolean {
  return toolsUnsupported.test(text);
}

const toolsUnsupported =
  /does not support (?:tools|function|tool)|tools? (?:use|call\w*|param\w*) (?:is |are )?(?:not supported|requires? --jinja)|support tool use|enable-auto-tool-choice|tool_?call\w* (?:is|are) not (?:supported|enabled)|"?tools"?:? (?:extra inputs|is not supported|unsupported)|function calling is not (?:supported|enabled)/i;

const contextOverflow = new RegExp(
  [
    "prompt (?:is )?too long",
    "request_too_large",
    "input is too long",
    "exceeds? (?:the |this )?(?:model'?s? )?(?:context|max(?:imum)? context|available context)",
    "(?:maximum|max) context (?:length|window)",
    "context[_ ](?:length|window)[_ ]?exceeded",
    "context window exceeds limit",
    "input token count.*exceeds",
    "maximum prompt length is",
    "reduce the length of the (?:messages|prompt|input)",
    "maximum allowed input length",
    "longer than the model'?s context",
    "greater than the context length",
    "exceeded model token limit",
    "configured context size",
    "range of input length",
    "exceed_context_size",
    "too many tokens",
  ].join("|"),
  "i",
);

const noCredit =
  /insufficient[_ ](?:quota|balance|credit|funds)|credit balance is too low|exceeded your current quota|requires more credits|billing|payment required|余额不足|out of credits/i;

const byWords: readonly (readonly [RegExp, ModelFailureKind])[] = [
  [
    /overloaded|server_error|service unavailable|internal server|bad gateway|try again later|at capacity/i,
    "overloaded",
  ],
  [/rate.?limit|too many requests/i, "rate-limited"],
  [/invalid api key|incorrect api key|invalid x-api-key|authentication|unauthorized/i, "bad-key"],
  [/terminated|socket|ended (?:without|before)|premature|aborted|econnreset|other side closed/i, "cut"],
  [/content_filter|refused|safety|sensitive|not allowed/i, "bad-request"],
];

function byStatus({ status, text, hasBegun }: FailureFacts): ModelFailureKind | undefined {
  if (status === undefined || status < 400) return undefined;
  if (hasBegun) return undefined;
  if (status === 404 || status === 400 || status === 422) return byModelName(status, text);
  const exact = statuses.get(status);
  if (exact !== undefined) return exact;
  return status >= 500 ? "overloaded" : "bad-request";
}

function byModelName(status: number, text: string): ModelFailureKind {
  if (
    /model/i.test(text) &&
    /not.?found|does not exist|not a valid|unknown|no such|not available|unsupported model/i.test(text)
  ) {
    return "unknown-model";
  }
  if (/api.?key not valid|invalid.{0,10}api.?key/i.test(text)) return "bad-key";
  return status === 404 ? "not-an-api" : "bad-request";
}

const statuses: ReadonlyMap<number, ModelFailureKind> = new Map([
  [401, "bad-key"],
  [402, "no-credit"],
  [403, "bad-key"],
  [405, "not-an-api"],
  [408, "overloaded"],
  [409, "overloaded"],
  [413, "context-overflow"],
  [425, "overloaded"],
  [429, "rate-limited"],
]);
