import type { BlobStore, OpenBlob, StagedBlob } from "../../ports/blob-store.ts";
import type { Egress } from "../../ports/egress.ts";
import type { KeyService } from "../../ports/key-service.ts";
import type { LayerWork } from "../../ports/layer-work.ts";
import type { MetadataReads, MetadataStore } from "../../ports/metadata-store.ts";

/** A kind of calls of a port: there is one object of each, however many calls there are. */
export interface PortCall {
  readonly port: "metadata" | "blobs" | "keys" | "egress" | "layers";
  /** A table's name, `transaction`, or what is asked of the port. */
  readonly operation: string;
}

/** Is told of every call of a port. */
export interface PortObserver {
  /** Makes the call and resolves as it does. */
  around<T>(call: PortCall, work: () => Promise<T>): Promise<T>;
}

/** The same store, observed: each read by its table, and each transaction as a whole. */
export function observedMetadata(metadata: MetadataStore, observer: PortObserver): MetadataStore {
  const tables: MetadataReads = Object.fromEntries(
    tableNames(metadata).map((name): unknown[] => [
      name,
      observedTable(metadata[name], name, observer),
    ]),
  );
  const transaction: PortCall = { port: "metadata", operation: "transaction" };
  return {
    ...tables,
    transaction: (work) => observer.around(transaction, () => metadata.transaction(work)),
    probe: () => metadata.probe(),
    close: () => metadata.close(),
  };
}

/** Also of a store that is made over another one and has the other's tables. */
function tableNames(metadata: MetadataStore): (keyof MetadataReads)[] {
  const names: string[] = [];
  for (const name in metadata) names.push(name);
  return names as (keyof MetadataReads)[];
}

/** A table, or several under one name. */
function observedTable<T>(table: T, name: string, observer: PortObserver): T {
  if (typeof table !== "object" || table === null) return table;
  if (Object.getPrototypeOf(table) === Object.prototype) {
    const entries = Object.entries(table).map(([inner, each]) => [
      inner,
      observedTable(each, `${name}.${inner}`, observer),
    ]);
    return Object.fromEntries(entries);
  }
  const call: PortCall = { port: "metadata", operation: name };
  const observed = Object.create(null);
  for (const [method, original] of methodsOf(table)) {
    observed[method] = (...given: unknown[]) =>
      observer.around(call, () => Reflect.apply(original, table, given));
  }
  return observed;
}

type Method = (...given: unknown[]) => Promise<unknown>;

function methodsOf(table: object): Map<string, Method> {
  const methods = new Map<string, Method>();
  // Its own, and then those of its class.
  for (let of = table; of !== Object.prototype; of = Object.getPrototypeOf(of)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
      const isMethod = typeof value === "function" && name !== "constructor";
      if (isMethod && !methods.has(name)) methods.set(name, value);
    }
  }
  return methods;
}

/** The same store, observed. Reads and appends are told of piece by piece. */
export function observedBlobs(blobs: BlobStore, observer: PortObserver): BlobStore {
  const around = observerOf("blobs", observer);
  const opened = (blob: OpenBlob | undefined) => blob && observedBlob(blob, around);
  return {
    encrypts: blobs.encrypts,
    stage: (key, synced) =>
      around("stage", async () => observedStaged(await blobs.stage(key, synced), around)),
    openStaged: (key, synced) =>
      around("open staged", async () => opened(await blobs.openStaged(key, synced))),
    publish: (key, synced) => around("publish", () => blobs.publish(key, synced)),
    open: (key, place) => around("open", async () => opened(await blobs.open(key, place))),
    urlFor: (key, place, lifeSeconds) => blobs.urlFor(key, place, lifeSeconds),
    planTransfer: (place, to) => blobs.planTransfer(place, to),
    transfer: (key, place, to) => around("transfer", () => blobs.transfer(key, place, to)),
    delete: (key, keep) => around("delete", () => blobs.delete(key, keep)),
    deleteAll: (keys) => around("delete all", () => blobs.deleteAll(keys)),
    list: () => blobs.list(),
    isAt: (place, listed) => blobs.isAt(place, listed),
    owner: () => blobs.owner(),
    claim: (owner) => blobs.claim(owner),
    probe: () => around("probe", () => blobs.probe()),
    space: () => blobs.space(),
  };
}

type Around = <T>(operation: string, work: () => Promise<T>) => Promise<T>;

function observerOf(port: PortCall["port"], observer: PortObserver): Around {
  const calls = new Map<string, PortCall>();
  return (operation, work) => {
    let call = calls.get(operation);
    if (call === undefined) {
      call = { port, operation };
      calls.set(operation, call);
    }
    return observer.around(call, work);
  };
}

function observedBlob(blob: OpenBlob, around: Around): OpenBlob {
  return {
    sizeBytes: blob.sizeBytes,
    descriptor: blob.descriptor,
    read: (position, lengthBytes, into) =>
      around("read", () => blob.read(position, lengthBytes, into)),
    close: () => blob.close(),
  };
}

function observedStaged(blob: StagedBlob, around: Around): StagedBlob {
  return {
    get file() {
      return blob.file;
    },
    append: (pieces) => around("append", () => blob.append(pieces)),
    sync: () => around("sync", () => blob.sync()),
    close: () => blob.close(),
  };
}

/** The same service, observed where it seals or opens something. */
export function observedKeys(keys: KeyService, observer: PortObserver): KeyService {
  const around = observerOf("keys", observer);
  const { material } = keys;
  return {
    material: {
      create: (version) => material.create(version),
      seal: (version, plaintext, context) =>
        around("seal by KMS key", () => material.seal(version, plaintext, context)),
      open: (version, sealed, context) =>
        around("open by KMS key", () => material.open(version, sealed, context)),
    },
    createDataKey: (context) => around("create data key", () => keys.createDataKey(context)),
    wrapDataKey: (plain, context) =>
      around("wrap data key", () => keys.wrapDataKey(plain, context)),
    openDataKey: (wrapped, context) =>
      around("open data key", () => keys.openDataKey(wrapped, context)),
    secret: (purpose) => keys.secret(purpose),
    secrets: (purpose) => keys.secrets(purpose),
    keptSecrets: (purpose) => keys.keptSecrets(purpose),
    get masterKey() {
      return keys.masterKey;
    },
  };
}

/** The same work, observed where it reads; what it seals is told of as appends of the blob store. */
export function observedLayerWork(work: LayerWork, observer: PortObserver): LayerWork {
  const around = observerOf("layers", observer);
  return {
    readsFiles: work.readsFiles,
    readFrame: (frame) => around("read frame", () => work.readFrame(frame)),
    begin: (algorithm) => work.begin(algorithm),
    close: () => work.close(),
  };
}

/** The same way out, observed up to the head of the answer. */
export function observedEgress(egress: Egress, observer: PortObserver): Egress {
  const around = observerOf("egress", observer);
  return { request: (wanted) => around("request", () => egress.request(wanted)) };
}
