/**
 * A guess at how many tokens a text costs, made to err upwards: prose and code at four characters a token,
 * JSON denser, and one token for each character of scripts without spaces. Only for the time before a vendor
 * has reported real usage, and for what was added since.
 */
export function estimateTokens(text: string): number {
  if (text.length === 0) return 0;
  const wide = countMatches(text, wideCharacters);
  const narrow = text.length - wide;
  const charactersPerToken = isDense(text) ? denseCharactersPerToken : proseCharactersPerToken;
  return Math.ceil(wide + narrow / charactersPerToken);
}

const proseCharactersPerToken = 4;
const denseCharactersPerToken = 2.7;
const sampleCharacters = 4_000; // enough to tell the class, cheap for megabytes
const denseShare = 0.12;

const wideCharacters = /[\u0E00-\u0E7F\u1100-\u11FF\u2E80-\u9FFF\uA960-\uA97F\uAC00-\uD7FF\uF900-\uFAFF\uFF00-\uFFEF]/g;
const denseCharacters = /[{}[\]":,0-9]/g;

function isDense(text: string): boolean {
  const sample = text.length <= sampleCharacters ? text : text.slice(0, sampleCharacters);
  return countMatches(sample, denseCharacters) / sample.length > denseShare;
}

function countMatches(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
