import type { BlobStore, StagedBlob } from "../../src/ports/blob-store.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Ports } from "../../src/ports/ports.ts";

/** Told the name of every point that the work passes: before and after each call that writes. */
export type FaultPoint = (name: string) => void;

/** The same ports with a fault point on both sides of everything that changes what is stored. */
export function withFaultPoints(ports: Ports, point: FaultPoint): Ports {
  const around = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    point(`before ${name}`);
    const result = await call();
    point(`after ${name}`);
    return result;
  };
  return {
    ...ports,
    blobs: faultyBlobs(ports.blobs, around, point),
    metadata: faultyMetadata(ports.metadata, point),
  };
}

type Around = <T>(name: string, call: () => Promise<T>) => Promise<T>;

function faultyBlobs(blobs: BlobStore, around: Around, point: FaultPoint): BlobStore {
  return {
    async stage(key, lengthBytes) {
      const staged = await around("blobs.stage", () => blobs.stage(key, lengthBytes));
      return faultyStaged(staged, around, point);
    },
    openStaged: (...of) => blobs.openStaged(...of),
    publish: (...of) => around("blobs.publish", () => blobs.publish(...of)),
    open: (...of) => blobs.open(...of),
    planTransfer: (...of) => blobs.planTransfer(...of),
    transfer: (...of) => around("blobs.transfer", () => blobs.transfer(...of)),
    delete: (...of) => around("blobs.delete", () => blobs.delete(...of)),
    encrypts: blobs.encrypts,
    urlFor: (...of) => blobs.urlFor(...of),
    owner: () => blobs.owner(),
    claim: (owner) => blobs.claim(owner),
    deleteAll: (...of) => around("blobs.deleteAll", () => blobs.deleteAll(...of)),
    list: () => blobs.list(),
    isAt: (...places) => blobs.isAt(...places),
    probe: () => blobs.probe(),
    space: () => blobs.space(),
  };
}

function faultyStaged(staged: StagedBlob, around: Around, point: FaultPoint): StagedBlob {
  return {
    get file() {
      const { file } = staged;
      if (file === undefined) return undefined;
      const grew = (byBytes: number) => {
        point("after a thread's write");
        file.grew(byBytes);
      };
      return { ...file, grew };
    },
    append: (pieces) => around("staged.append", () => staged.append(pieces)),
    sync: () => around("staged.sync", () => staged.sync()),
    close: () => staged.close(),
  };
}

function faultyMetadata(metadata: MetadataStore, point: FaultPoint): MetadataStore {
  const transaction: MetadataStore["transaction"] = async (work) => {
    point("before transaction");
    const result = await metadata.transaction(async (change) => {
      const done = await work(change);
      point("before commit");
      return done;
    });
    point("after commit");
    return result;
  };
  // Methods live on the class's prototype: the copy delegates to the store for everything else.
  return Object.assign(Object.create(metadata) as MetadataStore, { transaction });
}
