const start = 1;
const lineFeed = 10;

/** A line of the control shell: its letter and its fields. */
export type Frame = { readonly kind: string; readonly fields: readonly string[] };

/** Cuts a stream of bytes into frames; what stands outside of frames is passed over. */
export class FrameReader {
  #rest: Uint8Array = new Uint8Array();

  push(chunk: Uint8Array): readonly Frame[] {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const from = bytes.indexOf(start);
      const to = from === -1 ? -1 : bytes.indexOf(lineFeed, from);
      if (to === -1) {
        this.#rest = from === -1 ? new Uint8Array() : bytes.slice(from);
        return frames;
      }
      const [kind = "", ...fields] = Buffer.from(bytes.subarray(from + 1, to))
        .toString()
        .split(" ");
      frames.push({ kind, fields });
      bytes = bytes.subarray(to + 1);
    }
  }
}

/** The opposite of what the control shell does to a name: `-` is nothing, `%20` a space. */
export function decodeField(field: string | undefined): string {
  return field === undefined || field === "-" ? "" : field.replaceAll(/%(25|20|0A|01)/g, decodeOne);
}

function decodeOne(code: string): string {
  return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
}
