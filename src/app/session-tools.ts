import type { Ledger } from "../protocol/ledger.ts";
import type { Session } from "../protocol/session.ts";
import type { OutputStore, Tool } from "../protocol/tool.ts";
import type { Workspace } from "../protocol/workspace.ts";
import { classifyCommand } from "../policy/classify-command.ts";
import { toolCatalogue } from "../tools/catalogue.ts";
import { FileKnowledge } from "../tools/file-knowledge.ts";
import { createTodoList } from "../tools/todo-list.ts";

/** The tools of each session; what they know of it (files read, plan) lives as long as this process. */
export class SessionTools {
  readonly #parts: { readonly outputs: OutputStore; readonly ledger: Ledger };
  readonly #bySession = new Map<string, readonly Tool[]>();
  readonly #workspaces = new Map<string, Workspace>();

  constructor(parts: { readonly outputs: OutputStore; readonly ledger: Ledger }) {
    this.#parts = parts;
  }

  of(session: Session): readonly Tool[] {
    const known = this.#bySession.get(session.id) ?? this.#make(session);
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

  #make(session: Session): readonly Tool[] {
    const parts = {
      ...this.#parts,
      fileKnowledge: new FileKnowledge(),
      todoList: createTodoList(),
      asker: undefined,
      searchScope: { audiences: [session.audience] },
      classifyCommand,
      shellFolder: () => this.#shellFolder(session.id),
    };
    return Object.values(toolCatalogue).map((make) => make(parts));
  }
}
