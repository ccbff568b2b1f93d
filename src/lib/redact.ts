/**
 * Masks what looks like a key, token or password, so that text may be shown, logged or stored.
 * `known` are secrets to mask wherever they stand, whatever they look like.
 */
export function redact(text: string, known: readonly string[] = []): string {
  let masked = text;
  for (const secret of known) {
    if (secret.length >= shortestSecret) masked = masked.replaceAll(secret, mask);
  }
  for (const [pattern, replacement] of patterns) masked = masked.replace(pattern, replacement);
  return masked;
}

const mask = "[redacted]";
const shortestSecret = 6; // masking shorter ones would eat ordinary words

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mask],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${mask}`],
  [/\b(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}/g, mask],
  [/\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}/g, mask],
  [/\b(?:gsk|xai|nvapi|hf|ghp|gho|ghs|ghu|glpat|npm|r8|fw|tvly|csk|dop_v1)[_-][A-Za-z0-9_-]{12,}/g, mask],
  [/\bgithub_pat_[A-Za-z0-9_]{20,}/g, mask],
  [/\bxox[abeprs]-[A-Za-z0-9-]{10,}/g, mask],
  [/\bxapp-[A-Za-z0-9-]{10,}/g, mask],
  [/\bAIza[A-Za-z0-9_-]{30,}/g, mask],
  [/\bA(?:KIA|SIA)[A-Z0-9]{16}\b/g, mask],
  [/\b\d{8,10}:[A-Za-z0-9_-]{35}\b/g, mask],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}/g, mask],
  [/(:\/\/[^\s/:@]+:)[^\s/@]+@/g, `$1${mask}@`],
  [
    /((?:api[_-]?key|access[_-]?token|auth[_-]?token|secret|password|passwd|x-api-key|authorization)["']?\s*[:=]\s*["']?)(?!\[redacted|Bearer|Basic)[^\s"',;&]{6,}/gi,
    `$1${mask}`,
  ],
];
