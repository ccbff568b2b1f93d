import type { AssistantMessage } from "../protocol/message.ts";
import type { ModelFailure, ModelRequest } from "../protocol/model.ts";
import type { Usage } from "../protocol/usage.ts";

/** What one try yields. The last event is exactly one `finish` or one `error`. */
export type AttemptEvent =
  | { readonly type: "text-delta"; readonly text: string }
  | { readonly type: "reasoning-delta"; readonly text: string }
  | { readonly type: "finish"; readonly message: AssistantMessage; readonly usage: Usage }
  | {
      readonly type: "error";
      readonly failure: ModelFailure;
      readonly partial: AssistantMessage | undefined;
      readonly usage: Usage | undefined;
      /** The server said that this model cannot call tools: worth another try with calls written as text. */
      readonly lacksTools: boolean;
    };

export type AttemptContext = {
  readonly signal: AbortSignal;
  /** Called whenever bytes of an accepted reply arrive, also when they carry nothing to show. */
  onActivity(): void;
};

/** One request to one model with one key: no waiting, no second try. Never throws, never rejects. */
export type Attempt = (request: ModelRequest, context: AttemptContext) => AsyncIterable<AttemptEvent>;
