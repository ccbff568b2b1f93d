/** Both in ms since the epoch; `from` is included, `to` is not. */
export type Period = { readonly from: number; readonly to: number };

/** What a person may write for a period, as a message can show it. */
export const timeWordsKnown = "2026-11-20, 2026-11, 2026-11-20T09:30, today, yesterday, last week, 3 days ago";

/** The period that a date or a few words name, in the time zone of this machine; `undefined` for anything else. */
export function periodOf(words: string, now: number): Period | undefined {
  const text = words.trim().toLowerCase();
  return dateOf(text) ?? namedPeriod(text, now) ?? periodAgo(text, now);
}

const date = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/u;
const moment = /^\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?$/u;
const minuteMs = 60_000;

function dateOf(text: string): Period | undefined {
  if (moment.test(text)) {
    const from = Date.parse(text.replace(" ", "T").toUpperCase());
    return Number.isNaN(from) ? undefined : { from, to: from + minuteMs };
  }
  const found = date.exec(text);
  if (found === null) return undefined;
  const [year, month, day] = found.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  if (year === undefined) return undefined;
  if (month === undefined) return between(new Date(year, 0), new Date(year + 1, 0));
  if (month < 1 || month > 12) return undefined;
  if (day === undefined) return between(new Date(year, month - 1), new Date(year, month));
  const start = new Date(year, month - 1, day);
  return start.getMonth() === month - 1 ? between(start, new Date(year, month - 1, day + 1)) : undefined;
}

function namedPeriod(text: string, now: number): Period | undefined {
  const today = new Date(now);
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()];
  const monday = day - ((today.getDay() + 6) % 7);
  const days = (first: number, after: number): Period =>
    between(new Date(year, month, first), new Date(year, month, after));
  const periods: Readonly<Record<string, Period>> = {
    today: days(day, day + 1),
    yesterday: days(day - 1, day),
    "this week": days(monday, monday + 7),
    "last week": days(monday - 7, monday),
    "this month": between(new Date(year, month), new Date(year, month + 1)),
    "last month": between(new Date(year, month - 1), new Date(year, month)),
    "this year": between(new Date(year, 0), new Date(year + 1, 0)),
    "last year": between(new Date(year - 1, 0), new Date(year, 0)),
  };
  return Object.hasOwn(periods, text) ? periods[text] : undefined;
}

const ago =
  /^(?:(\d{1,4}|an?) (minute|hour|day|week|month|year)s? ago|(?:the )?(?:last|past) (\d{1,4}) (minute|hour|day|week|month|year)s?)$/u;

/** `3 days ago` is that day; `last 3 days` is from then until now. */
function periodAgo(text: string, now: number): Period | undefined {
  const found = ago.exec(text);
  if (found === null) return undefined;
  const [, agoCount, agoUnit, lastCount, lastUnit] = found;
  const unit = agoUnit ?? lastUnit ?? "day";
  const count = Number((agoCount ?? lastCount ?? "1").replace(/^an?$/u, "1"));
  const start = before(new Date(now), unit, count);
  if (agoUnit === undefined) return { from: start.getTime(), to: now + 1 };
  if (unit === "minute" || unit === "hour")
    return { from: start.getTime(), to: start.getTime() + (unit === "hour" ? 60 : 1) * minuteMs };
  const dayOf = new Date(start.getFullYear(), start.getMonth(), start.getDate());
  return between(dayOf, new Date(start.getFullYear(), start.getMonth(), start.getDate() + 1));
}

function before(now: Date, unit: string, count: number): Date {
  const then = new Date(now);
  if (unit === "minute") then.setMinutes(then.getMinutes() - count);
  else if (unit === "hour") then.setHours(then.getHours() - count);
  else if (unit === "day") then.setDate(then.getDate() - count);
  else if (unit === "week") then.setDate(then.getDate() - 7 * count);
  else if (unit === "month") then.setMonth(then.getMonth() - count);
  else then.setFullYear(then.getFullYear() - count);
  return then;
}

function between(from: Date, to: Date): Period {
  return { from: from.getTime(), to: to.getTime() };
}
