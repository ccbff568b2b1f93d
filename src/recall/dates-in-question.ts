/** A stretch of time that a question names, in ms since the epoch; `to` is outside. */
export type DateWindow = { readonly from: number; readonly to: number };

const day = 86_400_000;
const months = "january february march april may june july august september october november december".split(" ");
const monthNames = months.join("|");
const dayMonth = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${monthNames})\\b,?(?: (\\d{4}))?`, "gi");
const monthDay = new RegExp(`\\b(${monthNames}) (\\d{1,2})(?:st|nd|rd|th)?(?!\\d),?(?: (\\d{4}))?`, "gi");
const monthOnly = new RegExp(
  `(?<!\\d(?:st|nd|rd|th)? )\\b(${monthNames})\\b(?! \\d{1,2}(?!\\d)),?(?: (\\d{4}))?`,
  "gi",
);
const isoDay = /\b(\d{4})-(\d{2})-(\d{2})\b/g;
const yearOnly = /\b(?:in|during|of) (\d{4})\b/gi;

/** The dates and times that the text names, days before and after them left out. A date without year means each year. */
export function datesIn(text: string, now: number): readonly DateWindow[] {
  const thisYear = new Date(now).getUTCFullYear();
  const named: DateWindow[] = [];
  for (const [, date, month, year] of text.matchAll(dayMonth)) named.push(...daysOf({ date, month, year, thisYear }));
  for (const [, month, date, year] of text.matchAll(monthDay)) named.push(...daysOf({ date, month, year, thisYear }));
  for (const [whole, month, year] of text.matchAll(monthOnly)) {
    if (whole !== "may") named.push(...monthsOf({ month, year, thisYear }));
  }
  for (const [, year, month, date] of text.matchAll(isoDay)) {
    const from = Date.UTC(Number(year), Number(month) - 1, Number(date));
    named.push({ from, to: from + day });
  }
  for (const [, year] of text.matchAll(yearOnly)) {
    named.push({ from: Date.UTC(Number(year), 0), to: Date.UTC(Number(year) + 1, 0) });
  }
  return [...named, ...relativeIn(text, now)];
}

type Named = {
  readonly date?: string | undefined;
  readonly month: string | undefined;
  readonly year: string | undefined;
  readonly thisYear: number;
};

const yearsBack = 10;

function yearsOf({ year, thisYear }: Named): readonly number[] {
  return year === undefined ? Array.from({ length: yearsBack }, (_, back) => thisYear - back) : [Number(year)];
}

function daysOf(named: Named): readonly DateWindow[] {
  const month = months.indexOf(named.month?.toLowerCase() ?? "");
  return yearsOf(named).map((year) => {
    const from = Date.UTC(year, month, Number(named.date));
    return { from, to: from + day };
  });
}

function monthsOf(named: Named): readonly DateWindow[] {
  const month = months.indexOf(named.month?.toLowerCase() ?? "");
  return yearsOf(named).map((year) => ({ from: Date.UTC(year, month), to: Date.UTC(year, month + 1) }));
}

const unitDays: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30.5, year: 365 };

function relativeIn(text: string, now: number): readonly DateWindow[] {
  const today = Math.floor(now / day) * day;
  const found: DateWindow[] = [];
  if (/\byesterday\b/i.test(text)) found.push({ from: today - day, to: today });
  if (/\btoday\b/i.test(text)) found.push({ from: today, to: today + day });
  for (const [, unit = "day"] of text.matchAll(/\blast (week|month|year)\b/gi)) {
    const length = (unitDays[unit.toLowerCase()] ?? 1) * day;
    found.push({ from: today - 2 * length, to: today });
  }
  for (const [, count, unit = "day"] of text.matchAll(/\b(\d{1,3}) (day|week|month|year)s? ago\b/gi)) {
    const length = (unitDays[unit.toLowerCase()] ?? 1) * day;
    const middle = today - Number(count) * length;
    found.push({ from: middle - length / 2, to: middle + length / 2 + day });
  }
  return found;
}

/** 1 inside a window and up to three days from it, a half a little further away, else 0. */
export function nearnessTo(windows: readonly DateWindow[], at: number): number {
  return Math.max(0, ...windows.map((window) => nearness(window, at)));
}

function nearness({ from, to }: DateWindow, at: number): number {
  if (at >= from && at < to) return 1;
  const distance = at < from ? from - at : at - to;
  const reach = Math.max(14 * day, to - from);
  return distance < 3 * day ? 1 : distance < reach ? 0.5 : 0;
}
