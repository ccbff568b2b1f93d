/** What the vendor needs back with a tool call: its own id of the call, and its proof of the thought behind it. */
export type CallSignature = { readonly id: string | undefined; readonly thought: string | undefined };

/** `undefined` when there is nothing to keep. */
export function writeCallSignature(signature: CallSignature): string | undefined {
  return signature.id === undefined && signature.thought === undefined ? undefined : JSON.stringify(signature);
}

export function readCallSignature(text: string | undefined): CallSignature {
  const nothing = { id: undefined, thought: undefined };
  if (text === undefined || !text.startsWith("{")) return nothing;
  const value: unknown = parsed(text);
  if (typeof value !== "object" || value === null) return nothing;
  const { id, thought } = value as Record<string, unknown>;
  return {
    id: typeof id === "string" ? id : undefined,
    thought: typeof thought === "string" ? thought : undefined,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // another wire's signature: nothing in it for this one
  }
}
