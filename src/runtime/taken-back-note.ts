import type { TakenBack } from "../protocol/checkpoint.ts";

/** What the model is told with the next message, once; `undefined` when nothing was taken back. */
export function takenBackNote({ turns, fileUndos }: TakenBack): string | undefined {
  if (turns > 0) {
    const what = turns === 1 ? "the last turn and its" : `the last ${turns} turns and their`;
    return `The owner took back ${what} file changes. Look at files again before you rely on them.`;
  }
  if (fileUndos === 0) return undefined;
  return "The owner took back file changes of earlier calls. Look at files again before you rely on them.";
}
