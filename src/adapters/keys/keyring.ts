import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type { MasterKeyFacts } from "../../ports/key-service.ts";
import { invariant } from "../../registry/errors.ts";
import { limits } from "../../registry/limits.ts";
import {
  firstKeyring,
  type GenerationFacts,
  type KeyringDocument,
  masterKeyId,
  openGenerations,
  parseKeyring,
} from "./keyring-document.ts";
import { keyBytes, keyContext, openKey, sealKey } from "./sealed-key.ts";

/** Where the master key is kept. */
export interface MasterKeySource {
  readonly from: MasterKeyFacts["from"];
  /**
   * The key, for a deployment with that keyring.
   * @throws with a sentence for the operator
   */
  masterKey(document: KeyringDocument | undefined): Promise<Uint8Array>;
}

export interface KeyringOptions {
  readonly source: MasterKeySource;
  readonly clock: Clock;
  /** The document as it is stored now; `undefined` where there is none. */
  readonly read: () => Promise<string | undefined>;
}

interface Generation extends GenerationFacts {
  readonly key: Uint8Array;
  readonly wrapping: KeyObject;
  readonly secrets: Map<string, Uint8Array>;
}

/** What wraps a key: its kind, and what it belongs to. */
export type Binding = readonly [kind: string, ...of: (string | number)[]];

// A wrapped key. Of form 1: by the first generation; of form 2: the generation's number comes first.
const [firstForm, numberedForm] = [1, 2];
const numberedHeaderBytes = 5;

/**
 * The generations: keys that the master key opens, and that wrap all others and make secrets. The
 * newest is used, the others still open what they wrapped. Until a first rotation there is one, and
 * that is the master key itself.
 */
export class Keyring {
  readonly #options: KeyringOptions;
  readonly #listeners: (() => void)[] = [];
  #masterKey: Uint8Array | undefined;
  #text: string | undefined;
  #document: KeyringDocument | undefined;
  #generations: readonly Generation[] = [];
  #refreshing: Promise<void> | undefined;

  /** Use `refresh` before anything else. */
  constructor(options: KeyringOptions) {
    this.#options = options;
  }

  /** The keyring of a master key that is never rotated. */
  static of(masterKey: Uint8Array, clock: Clock): Keyring {
    invariant(masterKey.byteLength === keyBytes, "a master key has 32 bytes");
    const source: MasterKeySource = { from: "setting", masterKey: async () => masterKey };
    const keyring = new Keyring({ source, clock, read: async () => undefined });
    keyring.#take(undefined, firstKeyring(masterKey), masterKey);
    return keyring;
  }

  get facts(): MasterKeyFacts {
    const { from } = this.#options.source;
    const rotation = this.#document?.rotation?.step;
    return { from, id: masterKeyId(this.#open), ...(rotation === undefined ? {} : { rotation }) };
  }

  get masterKey(): Uint8Array {
    return this.#open;
  }

  /** As it is stored; `undefined` where it is not. */
  get stored(): string | undefined {
    return this.#text;
  }

  get document(): KeyringDocument {
    return this.#document ?? firstKeyring(this.#open);
  }

  get keys(): ReadonlyMap<number, Uint8Array> {
    return new Map(this.#generations.map(({ number, key }) => [number, key]));
  }

  /** Told when there are other generations than before, or service keys may have come. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Takes in what others have changed. What was known stays in use when that fails.
   * @throws with a sentence when the master key cannot be had, or is not the right one
   */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** The key wrapped by the generation that is in use. */
  wrap(key: Uint8Array, binding: Binding): Uint8Array {
    const { number, wrapping } = this.#current;
    const [kind, ...of] = binding;
    if (number === 0) {
      const sealed = sealKey(wrapping, key, keyContext(kind, firstForm, ...of));
      return Buffer.concat([Buffer.of(firstForm), sealed]);
    }
    const header = Buffer.alloc(numberedHeaderBytes);
    header.writeUInt8(numberedForm, 0);
    header.writeUInt32BE(number, 1);
    const sealed = sealKey(wrapping, key, keyContext(kind, numberedForm, ...of));
    return Buffer.concat([header, sealed]);
  }

  /** The key; `undefined` for what no generation wrapped with that binding. */
  async unwrap(wrapped: Uint8Array, binding: Binding): Promise<Buffer | undefined> {
    const number = numberOf(wrapped);
    if (number === undefined) return undefined;
    // Another replica may know a generation for longer than this one.
    if (this.#generations.every((each) => each.number !== number)) await this.refresh();
    const wrapping = this.#generations.find((each) => each.number === number)?.wrapping;
    if (wrapping === undefined) return undefined;
    const [kind, ...of] = binding;
    const [formOf, headerBytes] =
      wrapped[0] === firstForm ? [firstForm, 1] : [numberedForm, numberedHeaderBytes];
    return openKey(wrapping, wrapped.subarray(headerBytes), keyContext(kind, formOf, ...of));
  }

  /** Whether the generation that is in use wrapped it. */
  isCurrent(wrapped: Uint8Array): boolean {
    return numberOf(wrapped) === this.#current.number;
  }

  /** What the deployment seals with, for that purpose. */
  secret(purpose: string): Uint8Array {
    return secretOf(this.#current, purpose);
  }

  /** With what it may have sealed what comes back from outside. What is in use comes first. */
  secrets(purpose: string): readonly Uint8Array[] {
    const now = this.#options.clock.now();
    const isAccepted = ({ acceptedUntil }: Generation) =>
      acceptedUntil === undefined || acceptedUntil > now;
    return this.#secrets(purpose, isAccepted);
  }

  /** With what it may have sealed what it has kept itself. What is in use comes first. */
  keptSecrets(purpose: string): readonly Uint8Array[] {
    return this.#secrets(purpose, () => true);
  }

  #secrets(purpose: string, isMeant: (generation: Generation) => boolean): Uint8Array[] {
    const current = this.#current;
    const others = this.#generations.filter((each) => each !== current && isMeant(each)).reverse();
    return [current, ...others].map((each) => secretOf(each, purpose));
  }

  /** A new generation is known everywhere before anybody uses it. */
  get #current(): Generation {
    const now = this.#options.clock.now();
    const used = this.#generations.findLast(({ usedFrom }) => usedFrom <= now);
    invariant(used !== undefined, "a keyring is read before it is used");
    return used;
  }

  get #open(): Uint8Array {
    invariant(this.#masterKey !== undefined, "a keyring is read before it is used");
    return this.#masterKey;
  }

  async #refresh(): Promise<void> {
    const text = await this.#options.read();
    if (this.#masterKey !== undefined && text === this.#text) return;
    const document = text === undefined ? undefined : parseKeyring(text);
    const masterKey = await this.#masterKeyFor(document);
    this.#take(text, document ?? firstKeyring(masterKey), masterKey);
    for (const listener of this.#listeners) listener();
  }

  /** A KMS may hold another one by now. */
  async #masterKeyFor(document: KeyringDocument | undefined): Promise<Uint8Array> {
    const known = this.#masterKey;
    if (known !== undefined) {
      const id = masterKeyId(known);
      if (document === undefined || document.masterKeys.some((each) => each.id === id))
        return known;
    }
    return this.#options.source.masterKey(document);
  }

  #take(text: string | undefined, document: KeyringDocument, masterKey: Uint8Array): void {
    const keys = openGenerations(document, masterKey);
    this.#generations = document.generations.map((facts) => {
      const key = keys.get(facts.number)!;
      const known = this.#generations.find(({ number }) => number === facts.number);
      const secrets = known?.secrets ?? new Map<string, Uint8Array>();
      return { ...facts, key, wrapping: createSecretKey(key), secrets };
    });
    this.#masterKey = masterKey;
    this.#document = document;
    this.#text = text;
  }
}

function numberOf(wrapped: Uint8Array): number | undefined {
  if (wrapped[0] === firstForm) return 0;
  if (wrapped[0] !== numberedForm || wrapped.byteLength < numberedHeaderBytes) return undefined;
  return new DataView(wrapped.buffer, wrapped.byteOffset, wrapped.byteLength).getUint32(1);
}

function secretOf({ key, secrets }: Generation, purpose: string): Uint8Array {
  const known = secrets.get(purpose);
  if (known !== undefined) return known;
  const secret = new Uint8Array(hkdfSync("sha256", key, "", purpose, keyBytes));
  invariant(secrets.size < limits.secretPurposes, "purposes are written in the code");
  secrets.set(purpose, secret);
  return secret;
}
