import { closeSync, constants, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { crc32 } from "node:zlib";

/*
 * A file whose blocks exist before they are needed, so that a full disk cannot refuse what is written into it.
 * Header: magic, generation. Then records: length, checksum, text. The checksum starts from the generation, so
 * a new generation makes every older record invalid with one small write; a torn record is invalid by itself.
 */
const magic = 0x484a5231;
const headerBytes = 8;
const recordHeaderBytes = 8;
const reservedBytes = 1024 * 1024;

export class ReserveJournal {
  readonly path: string;
  readonly #file: number;
  #generation: number;
  #end = headerBytes;

  private constructor(path: string, file: number, generation: number) {
    this.path = path;
    this.#file = file;
    this.#generation = generation;
  }

  /** Takes the spare file when there is one, else makes one with all of its blocks. */
  static async prepare(sparePath: string, path: string): Promise<ReserveJournal> {
    const isSpare = await rename(sparePath, path).then(
      () => true,
      () => false, // no spare, or another process was faster: we make our own
    );
    if (!isSpare) await reserve(path);
    const file = openSync(path, constants.O_RDWR);
    const journal = new ReserveJournal(path, file, generationOf(readFileSync(path)));
    journal.clear();
    return journal;
  }

  /** On the disk when it returns. Throws when not even the reserve has room; the file then holds what it held. */
  append(text: string): void {
    const body = Buffer.from(text, "utf8");
    const record = Buffer.alloc(recordHeaderBytes + body.length);
    record.writeUInt32BE(body.length, 0);
    record.writeUInt32BE(crc32(body, this.#generation), 4);
    body.copy(record, recordHeaderBytes);
    this.#write(record, this.#end);
    this.#end += record.length;
  }

  clear(): void {
    this.#generation = (this.#generation + 1) >>> 0;
    this.#write(header(this.#generation), 0);
    this.#end = headerBytes;
  }

  /** `keepAs` leaves the empty file as the spare of the next process. */
  close(keepAs: string | undefined): void {
    closeSync(this.#file);
    if (keepAs !== undefined && existsSync(this.path)) renameSync(this.path, keepAs); // the whole home may be gone by now
  }

  #write(bytes: Buffer, position: number): void {
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(this.#file, bytes, written, bytes.length - written, position + written);
    }
    fsyncSync(this.#file);
  }
}

/** The records of a journal that a dead process left, oldest first; what follows a torn record does not exist. */
export function readJournal(path: string): readonly string[] {
  const bytes = readFileSync(path);
  if (bytes.length < headerBytes || bytes.readUInt32BE(0) !== magic) return [];
  const generation = bytes.readUInt32BE(4);
  const records: string[] = [];
  let at = headerBytes;
  while (at + recordHeaderBytes <= bytes.length) {
    const start = at + recordHeaderBytes;
    const end = start + bytes.readUInt32BE(at);
    if (end === start || end > bytes.length) break;
    const body = bytes.subarray(start, end);
    if (crc32(body, generation) !== bytes.readUInt32BE(at + 4)) break;
    records.push(body.toString("utf8"));
    at = end;
  }
  return records;
}

async function reserve(path: string): Promise<void> {
  const bytes = Buffer.alloc(reservedBytes);
  header(0).copy(bytes);
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function generationOf(bytes: Buffer): number {
  return bytes.length >= headerBytes && bytes.readUInt32BE(0) === magic ? bytes.readUInt32BE(4) : 0;
}

function header(generation: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt32BE(magic, 0);
  bytes.writeUInt32BE(generation, 4);
  return bytes;
}
