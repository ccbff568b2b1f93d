import type { Ledger, MessageHit } from "../protocol/ledger.ts";
import type { Recall, RecallQuestion, RecallWindow } from "../protocol/recall.ts";
import type { Session } from "../protocol/session.ts";

const neighbours = 2;
const hitsPerWindow = 4;

/** Recall over the plain full-text search of the ledger: no ranking of its own. */
export function createLedgerRecall(ledger: Pick<Ledger, "search" | "messages" | "session">): Recall {
  return {
    async search(question, signal) {
      signal.throwIfAborted();
      const { text, alternative, scope, limit } = question;
      const hits = await ledger.search([text, alternative ?? ""].join(" "), scope, limit * hitsPerWindow);
      const windows: RecallWindow[] = [];
      for (const hit of hits) {
        signal.throwIfAborted();
        if (windows.length >= limit) break;
        const session = await ledger.session(hit.message.sessionId);
        if (session === undefined || !isWanted(hit, session, question)) continue;
        await addWindow(windows, { hit, session, ledger });
      }
      return marked(windows.toSorted((left, right) => timeOf(left) - timeOf(right)));
    },
  };
}

function isWanted({ message }: MessageHit, session: Session, question: RecallQuestion): boolean {
  const { from, to, surface, personId, isGeneratedIncluded = false } = question;
  const isGenerated = session.surface === "schedule" || session.surface === "learning";
  return (
    (from === undefined || message.at >= from) &&
    (to === undefined || message.at < to) &&
    (surface === undefined || session.surface === surface) &&
    (personId === undefined || session.personId === personId) &&
    (isGeneratedIncluded || !isGenerated)
  );
}

type Addition = { readonly hit: MessageHit; readonly session: Session; readonly ledger: Pick<Ledger, "messages"> };

async function addWindow(windows: RecallWindow[], { hit, session, ledger }: Addition): Promise<void> {
  const { seq } = hit.message;
  const same = windows.findIndex(
    (window) => window.session.id === session.id && window.messages.some((message) => message.seq === seq),
  );
  const known = windows[same];
  if (known !== undefined) {
    windows[same] = { ...known, found: [...new Set([...known.found, seq])].toSorted((a, b) => a - b) };
    return;
  }
  const messages = (await ledger.messages(session.id)).filter(
    (message) => Math.abs(message.seq - seq) <= neighbours && message.message.role !== "summary",
  );
  windows.push({ session, messages, found: [seq], score: hit.score, isNewest: false });
}

function marked(windows: readonly RecallWindow[]): readonly RecallWindow[] {
  return windows.map((window, index) => ({ ...window, isNewest: index === windows.length - 1 }));
}

function timeOf(window: RecallWindow): number {
  return window.messages.find(({ seq }) => window.found.includes(seq))?.at ?? 0;
}
