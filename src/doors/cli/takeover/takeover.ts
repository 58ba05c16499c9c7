import type { Egress } from "../../../ports/egress.ts";
import type { TakeoverSource } from "../../../ports/takeover-source.ts";
import type { Inventory } from "../../../registry/takeover/bundle-document.ts";
import type { Pause } from "../../../registry/takeover/persevere.ts";
import type { WantedRepository } from "../../../registry/takeover/plan-bundle.ts";

/** Where images come from, and how it is got at. */
export interface SourceWish {
  /** A path, or a URL. */
  readonly source: string;
  /** For a registry; else what Docker on this machine logged in by. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** For an ECR: a profile of AWS clients; else what they find without one. */
  readonly profile: string | undefined;
  /** Hosts that may be shown the password, to give tokens for the registry. */
  readonly tokenRealms: readonly string[];
  /** Files with keys that bundles may be signed by. */
  readonly trusted: readonly string[];
  /** Whether advisories of a bundle become the data directory's. */
  readonly advisories: boolean;
}

/** A registry that gives images by `/v2/` to whoever knows its login. */
export interface SourcePlace {
  readonly origin: string;
  /** What is taken over of it: a repository, or what stands before the names of some; "" for all. */
  readonly path: string;
  /** `user:password` in base64. */
  readonly basic: string | undefined;
}

export interface OpenedSource {
  readonly source: TakeoverSource;
  /** What it is: "OCI layout", "Harbor". */
  readonly kind: string;
  /** For a repository that it has no name for. */
  readonly fallbackName: string;
  /** Where it can be asked while it is being taken over. */
  readonly place?: SourcePlace;
  /** Takes in what came beside the images, if anything did: what that was, in a sentence. */
  adopt?(): Promise<string>;
}

/** What taking over needs of this machine. */
export interface TakeoverMachine {
  /** To the server that images are taken into, wherever it is. */
  readonly serverEgress: Egress;
  readonly pause: Pause;
}

/** A bundle that is to be written. */
export interface BundleWish {
  readonly file: string;
  /** The file of the key that signs it. */
  readonly key: string;
  readonly wanted: AsyncIterable<WantedRepository>;
  readonly other: Inventory | undefined;
  /** Whether the data directory's advisories go along. */
  readonly advisories: boolean;
  readonly pause: Pause;
}

export interface WrittenBundle {
  readonly keyId: string;
  readonly repositories: number;
  readonly contents: number;
  /** Of the file. */
  readonly bytes: number;
  /** Images that no bundle can have. */
  readonly leftOut: readonly string[];
}

export interface TakeoverCommands {
  /** @throws TakeoverFailure for a file that is there */
  makeKey(file: string): Promise<{ readonly keyId: string; readonly publicFile: string }>;
  /** What the other side has, by its own word or by a bundle that it got. @throws TakeoverFailure */
  inventory(file: string): Promise<Inventory>;
  /** @throws TakeoverFailure; then there is no file */
  writeBundle(wish: BundleWish): Promise<WrittenBundle>;
  withMachine<Result>(work: (machine: TakeoverMachine) => Promise<Result>): Promise<Result>;
  /** Closes everything once `work` is over. @throws CommandError for what is no source */
  withSource<Result>(
    wish: SourceWish,
    work: (opened: OpenedSource, machine: TakeoverMachine) => Promise<Result>,
  ): Promise<Result>;
}
