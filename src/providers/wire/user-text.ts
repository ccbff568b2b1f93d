import type { UserMessage } from "../../protocol/message.ts";

/**
 * One text in the order of the parts. What the host attached stands between `<attached>` tags, and neither the
 * person's words nor the attached text can open or close such a tag.
 */
export function renderUserText(message: UserMessage): string {
  const pieces = message.parts.map((part) => {
    switch (part.type) {
      case "text":
        return disarm(part.text);
      case "attached":
        return `<attached source="${part.source.replace(/[^A-Za-z0-9 _.:-]/g, "_")}">\n${disarm(part.text)}\n</attached>`;
    }
  });
  const text = pieces.filter((piece) => piece.trim() !== "").join("\n\n");
  return text === "" ? "(no text)" : text; // some vendors refuse an empty message, others drop it
}

function disarm(text: string): string {
  return text.replace(/<(\/?)attached/gi, "<$1_attached");
}
