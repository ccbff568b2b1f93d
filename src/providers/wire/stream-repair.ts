/** Brings a stream of events to what the library reads well. */
export type StreamRepair = {
  /** The events that are complete with `text`, repaired; throws when one cannot be an answer. */
  push(text: string): string;
  /** What is left when the stream has ended. */
  end(): string;
};
