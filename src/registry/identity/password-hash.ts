import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/** What one hash costs. Source: OWASP, "Password Storage Cheat Sheet", Argon2id. */
interface Costs {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

const usual: Costs = { memoryKiB: 19_456, passes: 2, lanes: 1 };
const saltBytes = 16;
const hashBytes = 32;
const derive = promisify(argon2);

/** The password made unreadable by Argon2id, with the costs and the salt: PHC's string format. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await argon2id(password, salt, usual, hashBytes);
  const { memoryKiB, passes, lanes } = usual;
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${text(salt)}$${text(hash)}`;
}

const shape = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/-]+)\$([\w+/-]+)$/;

/**
 * Whether this is the password that the hash was made of.
 * @throws when the hash is none of `hashPassword`'s
 */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, lanes, salt = "", expected = ""] = shape.exec(hash) ?? [];
  if (memory === undefined) throw new Error("a stored password hash is of no known form");
  const costs = { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  const bytes = Buffer.from(expected, "base64");
  const actual = await argon2id(password, Buffer.from(salt, "base64"), costs, bytes.length);
  return timingSafeEqual(actual, bytes);
}

function argon2id(
  password: string,
  salt: Uint8Array,
  { memoryKiB, passes, lanes }: Costs,
  lengthBytes: number,
): Promise<Buffer> {
  return derive("argon2id", {
    ...{ message: password, nonce: salt, tagLength: lengthBytes },
    ...{ memory: memoryKiB, passes, parallelism: lanes },
  });
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
