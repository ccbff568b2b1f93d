import type { PlainHeaders } from "../../lib/patient-fetch.ts";

/** What the vendor asks us to wait, in milliseconds: `retry-after-ms`, then `retry-after` in seconds or as a date. */
export function retryAfterMs(headers: PlainHeaders | undefined, now: number): number | undefined {
  if (headers === undefined) return undefined;
  const milliseconds = positive(headers["retry-after-ms"]);
  if (milliseconds !== undefined) return milliseconds;
  const text = headers["retry-after"];
  if (text === undefined) return undefined;
  const seconds = positive(text);
  if (seconds !== undefined) return Math.ceil(seconds * 1_000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function positive(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+(?:\.\d+)?\s*$/.test(text)) return undefined;
  return Number(text);
}
