import type { ToolSpec } from "./tool.ts";

/** Who may read a session: one person's direct talk, or one group. Scopes every query. */
export type Audience = `direct:${string}` | `group:${string}`;

export const surfaces = ["command-line", "terminal", "gateway", "schedule", "learning"] as const;

/** Where a session was opened. `-c` continues the newest of `command-line`. */
export type Surface = (typeof surfaces)[number];

export type Session = {
  readonly id: string;
  readonly audience: Audience;
  readonly personId: string;
  readonly surface: Surface;
  /** The first words of the first message, until somebody names it. Never a key. */
  readonly title: string;
  /** The workspace folder the session was opened in. */
  readonly root: string;
  readonly createdAt: number;
  /** When something was last said in it, to the second. */
  readonly updatedAt: number;
  readonly messageCount: number;
  /** Hash of the stored prompt prefix; `undefined` until the first run. */
  readonly prefixHash: string | undefined;
};

/** The part of every request that stays the same, byte for byte, as long as the session is not compacted. */
export type PromptPrefix = { readonly system: string; readonly tools: readonly ToolSpec[] };
