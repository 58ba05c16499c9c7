/** `entrepot master-key rotate`: of the composition root, the part of this command. */
import { setTimeout as sleep } from "node:timers/promises";
import { resealRootKey } from "../adapters/credentials/shared-root-key.ts";
import type { Keyring } from "../adapters/keys/keyring.ts";
import { type KeyringDocument, masterKeyId } from "../adapters/keys/keyring-document.ts";
import {
  keepAlso,
  readMasterKey,
  readOrCreateMasterKey,
  replaceMasterKey,
} from "../adapters/keys/master-key.ts";
import { renewServiceKeys, rewrapKeys } from "../adapters/keys/rewrap.ts";
import {
  type NewMasterKey,
  refusingEarlier,
  replaceKeyring,
  withNewGeneration,
  withNewMasterKey,
  withoutNewMasterKey,
  withRotationDone,
} from "../adapters/keys/rotation.ts";
import { DirectoryInUse } from "../adapters/metadata/sqlite/directory-lock.ts";
import type { Config } from "../config.ts";
import { CommandError } from "../doors/cli/client.ts";
import type { RotateResult, RotateWish } from "../doors/cli/rotate.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ports } from "../ports/ports.ts";
import { resealEventSecrets } from "../registry/events/event-secrets.ts";
import { resealSecrets } from "../registry/identity/reseal-secrets.ts";
import { limits } from "../registry/limits.ts";
import { resealTrailKeys } from "../registry/trails/trail-keys.ts";
import { awsKms, masterKeyFile } from "../server/open-keyring.ts";
import { kmsAddress } from "../settings/setting-values.ts";

/** What is kept, opened for this process alone or beside replicas. */
export interface OpenStore {
  readonly ports: Pick<Ports, "metadata" | "keys">;
  readonly keyring: Keyring;
  close(): Promise<void>;
}

export interface RotateProgram {
  readonly clock: Clock;
  readonly warn: (sentence: string) => void;
  /** Opens what the settings name, as it is now. @throws DirectoryInUse while a server has it open */
  readonly open: () => Promise<OpenStore>;
}

/** @throws with a sentence for the operator */
export async function rotateMasterKey(
  program: RotateProgram,
  config: Config,
  wish: RotateWish,
): Promise<RotateResult> {
  const rotation = await Rotation.open(program, config, wish);
  try {
    return await rotation.run();
  } finally {
    await rotation.close();
  }
}

class Rotation {
  readonly #program: RotateProgram;
  readonly #config: Config;
  readonly #wish: RotateWish;
  #store: OpenStore;

  private constructor(program: RotateProgram, config: Config, wish: RotateWish, store: OpenStore) {
    this.#program = program;
    this.#config = config;
    this.#wish = wish;
    this.#store = store;
  }

  static async open(program: RotateProgram, config: Config, wish: RotateWish): Promise<Rotation> {
    try {
      return new Rotation(program, config, wish, await program.open());
    } catch (error) {
      if (!(error instanceof DirectoryInUse)) throw error;
      throw new CommandError(`${error.message}: stop it first, a rotation takes a moment`);
    }
  }

  async run(): Promise<RotateResult> {
    const { finish, cancel, newKey, newKeyFile } = this.#wish;
    if (cancel) return this.#cancel();
    if (finish) return this.#finish();
    if (newKey !== undefined || newKeyFile !== undefined) return this.#prepareNamed();
    const { masterKey, masterKeyKms, database } = this.#config;
    if (masterKeyKms !== undefined) return this.#rotateInKms();
    if (masterKey === undefined && database === undefined) return this.#rotateOwnFile();
    throw new CommandError(
      "Name the new master key with --new-key-file or --new-key; it takes the place of the one in your " +
        "settings afterwards.",
      2,
    );
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  /** The settings name the new key when it is prepared. */
  async #prepareNamed(): Promise<RotateResult> {
    const { newKey, newKeyFile } = this.#wish;
    const pending = this.#pending;
    const address = newKey === undefined ? undefined : kmsAddress.safeParse(newKey);
    if (address?.success === false) {
      throw new CommandError(`--new-key ${address.error.issues[0]?.message}.`, 2);
    }
    const isAgain = pending !== undefined && pending.kms?.key === address?.data.keyArn;
    if (address === undefined) await this.#prepare({ masterKey: await keyIn(newKeyFile ?? "") });
    else if (!isAgain) await this.#prepare(await this.#kms(address.data).generate());
    return { state: "prepared", masterKey: this.#to, before: this.#own };
  }

  /** Another data key of the same key of KMS. Replicas that run ask KMS for it by themselves. */
  async #rotateInKms(): Promise<RotateResult> {
    const before = this.#own;
    // Begun before, it has been opened by the newer one already.
    if (this.#rotation?.to !== before) {
      const pending = this.#pending;
      const { masterKeyKms } = this.#config;
      if (pending !== undefined) throw this.#isUnderWay(pending.id);
      await this.#prepare(await this.#kms(masterKeyKms!).generate());
      await this.#reopen();
    }
    return { ...(await this.#finish()), before };
  }

  /** The key that the data directory itself holds. */
  async #rotateOwnFile(): Promise<RotateResult> {
    const before = this.#own;
    if (this.#rotation?.to === before) return this.#finish(); // The key was in its place already.
    const file = masterKeyFile(this.#config);
    const [next, kept] = [`${file}.next`, `${file}.${before}`];
    const pending = this.#pending;
    if (pending !== undefined) {
      const begun = await readMasterKey(next);
      if (begun === undefined || masterKeyId(begun) !== pending.id) {
        throw this.#isUnderWay(pending.id);
      }
    }
    const masterKey = await readOrCreateMasterKey(next);
    this.#say(`The new master key is in ${next}`);
    await this.#prepare({ masterKey });
    // Backups from before are opened by the old one alone.
    await keepAlso(file, kept);
    this.#say(`The old master key is in ${kept}`);
    await replaceMasterKey(file, next);
    this.#say(`The new master key is in ${file}`);
    await this.#reopen();
    return { ...(await this.#finish()), before, keptFile: kept };
  }

  /** From here on, either of both keys opens everything. */
  async #prepare(wanted: NewMasterKey): Promise<void> {
    const { keyring } = this.#store;
    const id = masterKeyId(wanted.masterKey);
    if (id === this.#own) throw new CommandError("The new master key is the one in use.");
    const pending = this.#pending;
    if (pending !== undefined && pending.id !== id) throw this.#isUnderWay(pending.id);
    if (pending === undefined) {
      await this.#replace(withNewMasterKey(keyring, wanted, this.#program.clock.now()));
    }
    this.#say(`Master key ${id} opens all that ${this.#own} opens`);
  }

  async #cancel(): Promise<RotateResult> {
    const { document } = this.#store.keyring;
    const { rotation } = document;
    if (rotation?.step !== "prepared") {
      throw new CommandError(
        rotation === undefined
          ? "No rotation of the master key is under way."
          : "The old master key opens nothing any more: run it with --finish.",
      );
    }
    if (rotation.to === this.#own) {
      throw new CommandError("The settings name the new master key: cancel with the old one.");
    }
    await this.#replace(withoutNewMasterKey(document));
    return { state: "cancelled", masterKey: this.#own, before: rotation.to };
  }

  async #finish(): Promise<RotateResult> {
    const { leaked, serviceKeys } = this.#wish;
    const { clock } = this.#program;
    const { keyring, ports } = this.#store;
    await this.#begin();
    if (leaked) await this.#replace(refusingEarlier(keyring.document));
    const { usedFrom } = keyring.document.generations.at(-1)!;
    const waitMs = usedFrom - clock.now();
    if (waitMs > 0) {
      this.#say(`Every replica learns of the new keys: ${Math.ceil(waitMs / 1000)} s`);
      await sleep(waitMs);
    }
    const { count, unopenable } = await this.#rewrapAll();
    const keys = { metadata: ports.metadata, keyring };
    const renewed = serviceKeys ? await renewServiceKeys(keys, clock, usedFrom) : 0;
    await this.#replace(withRotationDone(keyring.document));
    return { state: "finished", masterKey: this.#own, rewrapped: count, renewed, unopenable };
  }

  /** From here on, the old key opens nothing that is new. */
  async #begin(): Promise<void> {
    const rotation = this.#rotation;
    if (rotation === undefined) {
      throw new CommandError("No rotation of the master key is under way.");
    }
    if (rotation.to !== this.#own) {
      throw new CommandError(
        `The settings still name the old master key (${this.#own}): give the new one (${rotation.to}) to ` +
          "every replica first, and to this command.",
      );
    }
    if (rotation.step === "rewrapping") return;
    const isShared = this.#config.database !== undefined;
    const usedFrom = this.#program.clock.now() + (isShared ? limits.keyGenerationKnownMs : 0);
    await this.#replace(withNewGeneration(this.#store.keyring, usedFrom));
  }

  /** Until there is nothing left to do: replicas make keys meanwhile. */
  async #rewrapAll(): Promise<{ count: number; unopenable: readonly string[] }> {
    const { ports, keyring } = this.#store;
    const { metadata, keys } = ports;
    const { account } = this.#config;
    let total = 0;
    for (let pass = 0; ; pass++) {
      const wrapped = await rewrapKeys({ metadata, keyring });
      const sealed = await resealSecrets(ports);
      const root = (await resealRootKey({ metadata, keys, account })) ? 1 : 0;
      const ofEvents = await resealEventSecrets(ports);
      const ofTrails = await resealTrailKeys(ports);
      const count = wrapped.count + sealed.count + ofEvents.count + ofTrails.count + root;
      total += count;
      this.#say(`${total} keys and secrets are wrapped anew`);
      if (count === 0 || pass + 1 === limits.rewrapPasses) {
        return {
          count: total,
          unopenable: [wrapped, sealed, ofEvents, ofTrails].flatMap(({ unopenable }) => unopenable),
        };
      }
    }
  }

  async #replace(document: KeyringDocument): Promise<void> {
    const { keyring, ports } = this.#store;
    await replaceKeyring({ metadata: ports.metadata, keyring }, this.#config.account, document);
  }

  async #reopen(): Promise<void> {
    await this.#store.close();
    this.#store = await this.#program.open();
  }

  #kms(address: Parameters<typeof awsKms>[1]) {
    return awsKms(this.#config, address, this.#program);
  }

  #isUnderWay(id: string): CommandError {
    return new CommandError(
      `A rotation to master key ${id} is under way: give every replica that key and finish with --finish, ` +
        "or give it up with --cancel.",
    );
  }

  #say(sentence: string): void {
    this.#wish.onProgress(sentence);
  }

  get #rotation() {
    return this.#store.keyring.document.rotation;
  }

  /** The key that is to follow the one in use. */
  get #pending() {
    const { masterKeys, rotation } = this.#store.keyring.document;
    const isOpen = rotation !== undefined && rotation.to !== this.#own;
    return isOpen ? masterKeys.find(({ id }) => id === rotation.to) : undefined;
  }

  get #to(): string {
    return this.#rotation?.to ?? "";
  }

  get #own(): string {
    return masterKeyId(this.#store.keyring.masterKey);
  }
}

async function keyIn(file: string): Promise<Uint8Array> {
  const key = await readMasterKey(file);
  if (key !== undefined) return key;
  throw new CommandError(`There is no ${file}: "openssl rand -base64 32 > ${file}" makes a key.`);
}
