import { generateKeyPairSync } from "node:crypto";

export type Canary = {
  readonly value: string;
  /** Stored with `hermes secrets`; others are known by their shape. */ readonly name?: string;
};

const random = "9Kq2Zx7Lm4Vb1Np8Rt5Yw3Jd6Hf0Gc";
const token = (prefix: string, index: number, length = 24): string =>
  prefix + (String(index) + random.slice(index % 10) + random).slice(0, length);

/** Thirty: keys and tokens of vendors, card numbers, private keys, and stored ones that look like nothing. */
export function thirtyCanaries(): readonly Canary[] {
  const prefixes =
    "sk-proj- sk-ant-api03- sk-or-v1- sk_live_ ghp_ gho_ glpat- xoxb-1234- xapp-1- hf_ gsk_ npm_ pypi- nvapi- tvly-";
  const tokens = prefixes.split(" ").map((prefix, index) => token(prefix, index, 36));
  const cards = ["4539 1488 0343 6467", "5555555555554444", "3782-822463-10005"];
  const others = [
    ["AKIA", "IOSFODNN7CANARY1"].join(""),
    `AIza${token("Sy", 3, 33)}`,
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.${token("", 4)}`,
    privateKey(),
  ];
  const stored = [
    "correct horse battery",
    "pä$$w0rt'\"\\x",
    "hunter2-hunter2",
    "swordfish",
    "tr0ub4dor&3/+=",
    "line-one-0001\nline-two-0002",
    "a1b2c3d4e5f6",
    "Passw0rd!%20",
  ];
  return [
    ...[...tokens, ...cards, ...others].map((value) => ({ value })),
    ...stored.map((value, index) => ({ value, name: `STORED_${index}` })),
  ];
}

/** Every spelling to look for in what Hermes wrote. */
export function spellingsOf({ value, name }: Canary): readonly string[] {
  const plain = [value, JSON.stringify(value).slice(1, -1), ...value.split("\n").filter((line) => line.length >= 30)];
  if (name === undefined) return plain;
  const bytes = Buffer.from(value);
  return [...plain, bytes.toString("base64").slice(0, -3), bytes.toString("hex"), encodeURIComponent(value)];
}

function privateKey(): string {
  const { privateKey: key } = generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return key.trim();
}
