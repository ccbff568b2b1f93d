const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const hex = /^(?:0x)?[0-9a-f]+$/i;
const leastBitsPerCharacter = 3;

/**
 * Whether a value that is assigned to something called key or token was drawn at random, and is not a word, a path, a
 * name or the number of something. `isHexEnough`: hexadecimal digits alone count, which hashes have too.
 */
export function looksRandom(value: string, { isHexEnough }: { readonly isHexEnough: boolean }): boolean {
  if (!/\d/.test(value) || !/[a-z]/i.test(value) || uuid.test(value)) return false;
  if (hex.test(value)) return isHexEnough && bitsPerCharacter(value) >= leastBitsPerCharacter;
  const parts = value.split(/[./_-]+/).filter(Boolean);
  const longest = parts.reduce((most, part) => Math.max(most, part.length), 0);
  return (
    longest >= 12 &&
    parts.some((part) => part.length >= 12 && /\d/.test(part)) &&
    bitsPerCharacter(value) >= leastBitsPerCharacter
  );
}

/** Shannon's measure over the characters of the text itself. */
function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
