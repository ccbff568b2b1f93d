import { estimateTokens } from "../lib/estimate-tokens.ts";
import { orAborted } from "../lib/or-aborted.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { Clock, NewId } from "../protocol/clock.ts";
import type { Budgets, Ledger } from "../protocol/ledger.ts";
import { textOf } from "../protocol/message.ts";
import { maximalCost, type Model, type ModelRequest } from "../protocol/model.ts";
import { noUsage, type Usage } from "../protocol/usage.ts";
import { summaryRequest, type SummaryTask } from "./summary-prompt.ts";

export type SummaryParts = {
  readonly ledger: Pick<Ledger, "reserveUsage" | "settleUsage">;
  /** Opened when the first summary is wanted; rejects with a sentence when no model can be used. */
  readonly openModel: (signal: AbortSignal) => Promise<Model>;
  readonly budgets: Budgets;
  readonly clock: Clock;
  readonly newId: NewId;
};

export type WrittenAnswer =
  | { readonly status: "written"; readonly text: string }
  /** The passages do not answer it; these words may find what does. */
  | { readonly status: "search"; readonly words: string }
  | { readonly status: "none" }
  /** `problem` is no whole sentence. */
  | { readonly status: "failed"; readonly problem: string };

const longestQuery = 200; // characters

/** Asks the auxiliary model, each call reserved before and settled after. */
export class SummaryWriter {
  readonly #parts: SummaryParts;
  readonly #account: { readonly sessionId: string; readonly runId: string };

  constructor(parts: SummaryParts, account: { readonly sessionId: string; readonly runId: string }) {
    this.#parts = parts;
    this.#account = account;
  }

  /** One call of the model, under the caller's deadline. Never rejects for a model or a store that fails. */
  async write(task: Omit<SummaryTask, "limits">, signal: AbortSignal): Promise<WrittenAnswer> {
    try {
      const model = await orAborted(this.#parts.openModel(signal), signal);
      const request = summaryRequest({ ...task, limits: model.limits });
      const reservationId = await this.#reserve(model, request);
      if (reservationId === undefined) return { status: "failed", problem: "the budget is spent" };
      const { answer, usage } = await ask(model, request, signal);
      await this.#parts.ledger.settleUsage(reservationId, usage);
      return answer;
    } catch (error) {
      if (signal.aborted) return { status: "failed", problem: "it was stopped" };
      if (error instanceof AgentError) return { status: "failed", problem: unended(error.message) };
      throw error;
    }
  }

  /** `undefined` when the budget does not allow it. */
  async #reserve(model: Model, request: ModelRequest): Promise<string | undefined> {
    const { ledger, budgets, clock, newId } = this.#parts;
    const id = newId();
    const outputTokens = request.maxOutputTokens ?? model.limits.outputTokens;
    const promptTokens = request.messages.reduce(
      (sum, message) => sum + estimateTokens(textOf(message)),
      estimateTokens(request.system),
    );
    const reserved = await ledger.reserveUsage({
      id,
      ...this.#account,
      purpose: "summary",
      model: model.id,
      estimatedTokens: promptTokens + outputTokens,
      estimatedUsd: maximalCost(model, promptTokens, outputTokens),
      budgets,
      dayStart: new Date(clock.now()).setHours(0, 0, 0, 0),
    });
    return reserved.status === "reserved" ? id : undefined;
  }
}

type Asked = { readonly answer: WrittenAnswer; readonly usage: Usage };

async function ask(model: Model, request: ModelRequest, signal: AbortSignal): Promise<Asked> {
  let asked: Asked = { answer: { status: "failed", problem: "the model gave no answer" }, usage: noUsage };
  for await (const event of model.stream(request, signal)) {
    if (event.type === "finish") asked = { answer: meaningOf(textOf(event.message).trim()), usage: event.usage };
    if (event.type === "error")
      asked = { answer: { status: "failed", problem: unended(event.failure.message) }, usage: event.usage ?? noUsage };
  }
  return asked;
}

function meaningOf(text: string): WrittenAnswer {
  const words = /^SEARCH:\s*([^\n]+)/u.exec(text)?.[1]?.trim().slice(0, longestQuery);
  if (words !== undefined && words !== "") return { status: "search", words };
  return text === "" || /^NONE\b/u.test(text) ? { status: "none" } : { status: "written", text };
}

function unended(sentence: string): string {
  return sentence.trim().replace(/[.。]$/u, "");
}
