/** A shorter value, or piece of an encoded one, would mask ordinary words. */
export const shortestSecret = 6;

/** Every spelling under which a value may turn up: as it is, escaped, percent-encoded, hexadecimal, base64 at any offset. */
export function knownForms(value: string): readonly string[] {
  if (value.length < shortestSecret) return [];
  const bytes = Buffer.from(value, "utf8");
  const hex = bytes.toString("hex");
  const forms = [
    value,
    bytes.toString("latin1"), // bytes that are looked at one by one
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    hex,
    hex.toUpperCase(),
    ...base64Forms(bytes),
  ];
  const lines = value.split(/\r?\n/).filter((line) => line.length >= 40); // a key of several lines is read in pages, too
  return [...new Set([...forms, ...(lines.length > 1 ? lines : [])])].filter((form) => form.length >= shortestSecret);
}

/** What of its base64 does not depend on the bytes around it, at the three offsets it can have. */
function base64Forms(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const from = offset === 0 ? 0 : offset + 1;
    const standard = padded.toString("base64").slice(from, Math.floor((padded.length * 8) / 6));
    return standard.length < 8 ? [] : [standard, standard.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
