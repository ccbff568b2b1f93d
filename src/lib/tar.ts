import { AgentError } from "../protocol/agent-error.ts";

const block = 512;
const zeroes = new Uint8Array(block);
const longestPlainName = 100;
const mostFileBytes = 8 ** 11;
const mostHeaderBytes = 1024 * 1024;

/** What stands before the bytes of a file in a tar archive; `name` is relative, with `/`. */
export function tarHeader(name: string, size: number): Uint8Array {
  const bytes = Buffer.from(name);
  if (bytes.length <= longestPlainName) return plainHeader(name, size, "0");
  const record = paxRecord("path", name);
  return Buffer.concat([
    plainHeader("long-name", record.length, "x"),
    record,
    padding(record.length),
    plainHeader(
      bytes
        .subarray(0, 60)
        .toString("latin1")
        .replaceAll(/[^\w./-]/g, "_"),
      size,
      "0",
    ),
  ]);
}

/** What fills up the last block of a file. */
export function padding(size: number): Uint8Array {
  return zeroes.subarray(0, (block - (size % block)) % block);
}

/** What ends an archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * block);

export type TarEntry = {
  readonly name: string;
  readonly size: number;
  /** To be read to its end before the next entry is asked for. */
  readonly bytes: AsyncIterable<Uint8Array>;
};

/** The files of an archive as they come. Rejects with `bad-data` for what is damaged, cut off, or no plain file. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void> {
  const reader = new ExactReader(source);
  let longName: string | undefined;
  for (;;) {
    const header = await reader.take(block);
    if (header.every((byte) => byte === 0)) return;
    const { name, size, type } = parseHeader(header);
    if (type === "x") {
      if (size > mostHeaderBytes) throw damaged("a name is too long");
      longName = paxPath(await reader.take(size));
    } else {
      if (type !== "0") throw damaged(`it holds something that is no file (${name})`);
      yield { name: longName ?? name, size, bytes: reader.some(size) };
      longName = undefined;
    }
    await reader.take(padding(size).length);
  }
}

function plainHeader(name: string, size: number, type: string): Uint8Array {
  if (size >= mostFileBytes) throw new AgentError("bad-usage", `${name} is 8 GiB or larger: no tar archive takes it.`);
  const header = Buffer.alloc(block);
  header.write(name, 0, longestPlainName, "utf8");
  header.write("0000600\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write(" ".repeat(8), 148);
  header.write(type, 156);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/** The length at its beginning counts itself, too. */
function paxRecord(key: string, value: string): Uint8Array {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

function paxPath(bytes: Uint8Array): string | undefined {
  return /^\d+ path=(.*)\n/u.exec(Buffer.from(bytes).toString("utf8"))?.[1];
}

function parseHeader(header: Uint8Array): { readonly name: string; readonly size: number; readonly type: string } {
  const text = (from: number, to: number): string =>
    (Buffer.from(header.subarray(from, to)).toString("utf8").split("\0")[0] ?? "").trim();
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  const size = Number.parseInt(text(124, 136), 8);
  if (Number.parseInt(text(148, 156), 8) !== sum || !(size >= 0)) throw damaged("a header does not fit");
  return { name: text(0, 100), size, type: text(156, 157) || "0" };
}

function damaged(why: string): AgentError {
  return new AgentError("bad-data", `The archive is damaged: ${why}.`);
}

/** Exactly so many bytes of a stream, however it is cut. */
class ExactReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.some(length)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async *some(length: number): AsyncGenerator<Uint8Array, void> {
    for (let left = length; left > 0;) {
      if (this.#held.length === 0) {
        const next = await this.#source.next();
        if (next.done === true) throw damaged("it is cut off");
        this.#held = next.value;
      }
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }
}
