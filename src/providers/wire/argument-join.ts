/** A piece of a call's arguments, as an event of one wire carries it. */
export type ArgumentPiece = {
  /** The call it belongs to, unique in its answer. */
  readonly call: string;
  readonly text: string;
  /** The same event with other text. */
  readonly withText: (text: string) => string;
};

type Held = { readonly first: ArgumentPiece; readonly texts: string[] };

/**
 * Joins the pieces of a call's arguments that follow each other. The library reads all that has come of a call again
 * with every piece: a file of 100 kB, written in pieces of a word, would cost it half a minute of computing.
 */
export class ArgumentJoin {
  #held: Held | undefined;

  /** Keeps the piece; returns the event of the pieces before when they belong to another call, else nothing. */
  hold(piece: ArgumentPiece): string {
    if (this.#held?.first.call === piece.call) {
      this.#held.texts.push(piece.text);
      return "";
    }
    const before = this.release();
    this.#held = { first: piece, texts: [piece.text] };
    return before;
  }

  /** The event of what is held, to be sent before any other event; nothing when nothing is. */
  release(): string {
    const held = this.#held;
    this.#held = undefined;
    return held === undefined ? "" : held.first.withText(held.texts.join(""));
  }
}
