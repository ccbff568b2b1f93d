import type { AgentEvent } from "../protocol/agent-event.ts";

const maxCharacters = 160;

/** One line for a person who watches; `undefined` for what is not worth one. */
export function progressLine(event: AgentEvent): string | undefined {
  switch (event.type) {
    case "tool-start":
      return oneLine(`· ${event.name}: ${event.subject}`);
    case "tool-end":
      return event.isError ? oneLine(`  ${event.name} failed: ${event.text}`) : undefined;
    case "tool-progress":
      return oneLine(`  ${event.text}`);
    case "notice":
      return `hermes: ${event.notice.text}`;
    case "approval-request":
      return oneLine(`? ${event.approval.subject}`);
    case "run-start":
    case "text-delta":
    case "reasoning-delta":
    case "message":
    case "run-end":
      return undefined;
  }
}

/** Control characters, which would steer the person's terminal. */
const unprintable = /\p{Cc}+/gu;

function oneLine(text: string): string {
  const line = text.replace(unprintable, " ").trimEnd();
  return line.length <= maxCharacters ? line : `${line.slice(0, maxCharacters - 1)}…`;
}
