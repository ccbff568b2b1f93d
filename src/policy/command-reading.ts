import type { NeedsOfScript } from "./command-needs.ts";
import type { FloorCase } from "./floor.ts";
import type { NetworkUse } from "./network-use.ts";
import type { CommandTarget } from "./rules.ts";

/** All that the text of a command tells. `floor` absent: it only reads, and nothing of it is for the floor to judge. */
export type CommandReading = {
  readonly target: CommandTarget;
  readonly needs: NeedsOfScript;
  readonly floor: Omit<FloorCase, "folder"> | undefined;
  /** Why a person has to look at its text. */
  readonly doubts: readonly string[];
  readonly network: NetworkUse | undefined;
};
