import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM, a fresh nonce for each content: nonce, tag, text. A file of the home alone tells nothing of what was kept. */
export class ContentSeal {
  readonly #key: Uint8Array;

  /** `key` has 32 bytes. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  seal(bytes: Uint8Array): Uint8Array {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    const text = cipher.update(bytes);
    const rest = cipher.final();
    return Buffer.concat([nonce, cipher.getAuthTag(), text, rest]);
  }

  /** `undefined` when it was sealed with another key, or is damaged. */
  open(sealed: Uint8Array): Uint8Array | undefined {
    try {
      const nonce = sealed.subarray(0, nonceBytes);
      const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: tagBytes }); // no shorter tag will do
      decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
      const text = decipher.update(sealed.subarray(nonceBytes + tagBytes));
      return Buffer.concat([text, decipher.final()]);
    } catch {
      return undefined; // told by the caller, who knows what it was for
    }
  }
}
