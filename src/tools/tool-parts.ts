import type { Ledger, SearchScope } from "../protocol/ledger.ts";
import type { PastSessions } from "../protocol/recall-answer.ts";
import type { OutputStore } from "../protocol/tool.ts";
import type { Asker } from "./asker.ts";
import type { FileKnowledge } from "./file-knowledge.ts";
import type { TodoList } from "./todo-list.ts";

export type SecretGrants = {
  /** As they stood when the session's tools were made. */
  readonly names: readonly string[];
  /** The variable in which a command finds the value. */
  variableOf(name: string): string;
  /** Records who gets them, then returns the values by variable. Rejects with `not-found` for a name that is not stored. */
  take(
    names: readonly string[],
    use: { readonly runId: string; readonly command: string },
  ): Promise<Readonly<Record<string, string>>>;
};

/** What the tools of one session are made of. */
export type ToolParts = {
  readonly outputs: OutputStore;
  readonly fileKnowledge: FileKnowledge;
  readonly todoList: TodoList;
  /** `undefined` where nobody can answer. */
  readonly asker: Asker | undefined;
  readonly ledger: Pick<Ledger, "messages" | "sessionsByPrefix" | "listSessions">;
  /** Loaded when it is first asked. */
  readonly pastSessions: () => Promise<PastSessions>;
  /** Whose sessions may be read. */
  readonly searchScope: Pick<SearchScope, "audiences">;
  /** Where the lasting shell stands now; `undefined` while that is not known or when it is the root. */
  readonly shellFolder: () => string | undefined;
  /** What commands may be given by name; `undefined` where nothing is stored. */
  readonly secrets: SecretGrants | undefined;
  /** What a command could do, and the paths it names where that is known. Pure. */
  readonly classifyCommand: (command: string) => {
    readonly effect: "read" | "write" | "execute";
    readonly paths: readonly string[];
  };
};
