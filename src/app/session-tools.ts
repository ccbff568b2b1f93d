import type { Ledger } from "../protocol/ledger.ts";
import type { PastSessions } from "../protocol/recall-answer.ts";
import type { Session } from "../protocol/session.ts";
import type { OutputStore, Tool } from "../protocol/tool.ts";
import type { Workspace } from "../protocol/workspace.ts";
import { classifyCommand } from "../policy/classify-command.ts";
import { toolCatalogue } from "../tools/catalogue.ts";
import { maskedTool } from "../secrets/masked-tool.ts";
import type { Masker } from "../secrets/masker.ts";
import { FileKnowledge } from "../tools/file-knowledge.ts";
import type { ToolParts } from "../tools/tool-parts.ts";
import { createTodoList, todosFromHistory } from "../tools/todo-list.ts";

type SharedParts = {
  readonly outputs: OutputStore;
  readonly ledger: Ledger;
  readonly pastSessions: () => Promise<PastSessions>;
  readonly masker: Masker;
  readonly secrets: ToolParts["secrets"];
};

/** The tools of each session; which files were read is known as long as this process lives, the plan is taken from the ledger. */
export class SessionTools {
  readonly #parts: SharedParts;
  readonly #bySession = new Map<string, readonly Tool[]>();
  readonly #workspaces = new Map<string, Workspace>();

  constructor(parts: SharedParts) {
    this.#parts = parts;
  }

  async of(session: Session): Promise<readonly Tool[]> {
    const known = this.#bySession.get(session.id) ?? (await this.#make(session));
    this.#bySession.set(session.id, known);
    return known;
  }

  /** The tools of a session ask this workspace where its shell stands. */
  attach(sessionId: string, workspace: Workspace): void {
    this.#workspaces.set(sessionId, workspace);
  }

  #shellFolder(sessionId: string): string | undefined {
    const workspace = this.#workspaces.get(sessionId);
    return workspace === undefined || workspace.shellFolder === workspace.root ? undefined : workspace.shellFolder;
  }

  async #make(session: Session): Promise<readonly Tool[]> {
    const stored = session.messageCount > 1 ? await this.#parts.ledger.messages(session.id) : [];
    const messages = stored.filter(({ isTakenBack }) => isTakenBack !== true);
    const parts = {
      ...this.#parts,
      fileKnowledge: new FileKnowledge(),
      todoList: createTodoList(todosFromHistory(messages.map(({ message }) => message))),
      asker: undefined,
      searchScope: { audiences: [session.audience] },
      classifyCommand,
      shellFolder: () => this.#shellFolder(session.id),
    };
    return Object.values(toolCatalogue).map((make) => maskedTool(make(parts), this.#parts.masker));
  }
}
