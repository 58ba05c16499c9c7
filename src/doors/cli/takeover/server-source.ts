import type { Readable } from "node:stream";
import type {
  ContentOfManifest,
  SourceReference,
  SourceRepository,
  TakeoverSource,
} from "../../../ports/takeover-source.ts";
import type { Digest } from "../../../registry/names.ts";
import type { TagMutability } from "../../../registry/repositories/repository.ts";
import { type Pause, persevere } from "../../../registry/takeover/persevere.ts";
import { TakeoverFailure } from "../../../registry/takeover/takeover-failure.ts";
import type { TakeoverSettings } from "../../../registry/takeover/takeover-settings.ts";
import type { Answer, CallName, Input } from "../calls.ts";
import type { Server } from "../server.ts";
import { callFor, unlessRefused } from "./call-for.ts";
import type { ServerRegistry } from "./server-registry.ts";

type Described = NonNullable<Answer<"ecr:DescribeRepositories">["repositories"]>[number];

const pageItems = 1_000;

export interface ServerSourceParts {
  /** As it is to be asked now: keys of roles end. */
  readonly server: () => Promise<Server>;
  readonly registry: ServerRegistry;
  readonly pause: Pause;
  /** Whose registry, where it is not that of whoever asks. */
  readonly account?: string | undefined;
}

/** A registry that speaks ECR's API: ECR itself, or an Entrepot. */
export class ServerSource implements TakeoverSource {
  readonly #parts: ServerSourceParts;

  constructor(parts: ServerSourceParts) {
    this.#parts = parts;
  }

  async *repositories(): AsyncGenerator<ServerRepository> {
    for (let nextToken: string | undefined, isFirst = true; isFirst || nextToken; ) {
      const input = { maxResults: pageItems, ...(nextToken && { nextToken }) };
      const page = await ask(this.#parts, "ecr:DescribeRepositories", input);
      for (const described of page.repositories ?? []) {
        yield new ServerRepository(this.#parts, described);
      }
      isFirst = false;
      nextToken = page.nextToken;
    }
  }

  async close(): Promise<void> {}
}

/** Its images are listed with what is about them: ECR keeps signatures as images. */
export class ServerRepository implements SourceRepository {
  readonly name: string;
  readonly #parts: ServerSourceParts;
  readonly #described: Described;
  readonly #asksReferrers: boolean;

  constructor(parts: ServerSourceParts, described: Described, asksReferrers = false) {
    this.#asksReferrers = asksReferrers;
    this.name = described.repositoryName ?? "";
    this.#parts = parts;
    this.#described = described;
  }

  async settings(): Promise<TakeoverSettings> {
    const repositoryName = this.name;
    const { repositoryArn: resourceArn, imageScanningConfiguration: scanning } = this.#described;
    const policy = await unlessRefused("RepositoryPolicyNotFoundException", () =>
      ask(this.#parts, "ecr:GetRepositoryPolicy", { repositoryName }),
    );
    const lifecycle = await unlessRefused("LifecyclePolicyNotFoundException", () =>
      ask(this.#parts, "ecr:GetLifecyclePolicy", { repositoryName }),
    );
    const { tags = [] } = await ask(this.#parts, "ecr:ListTagsForResource", { resourceArn });
    const resourceTags = tags.flatMap(({ Key, Value }) =>
      // AWS's own are not for others to set.
      Key === undefined || Key.startsWith("aws:") ? [] : { Key, Value: Value ?? "" },
    );
    return {
      ...mutabilityOf(this.#described),
      ...(scanning !== undefined && { scanOnPush: scanning.scanOnPush === true }),
      ...(policy?.policyText !== undefined && { policyText: policy.policyText }),
      ...(lifecycle?.lifecyclePolicyText !== undefined && {
        lifecyclePolicyText: lifecycle.lifecyclePolicyText,
      }),
      ...(resourceTags.length > 0 && { resourceTags }),
      untranslated: untranslatedOf(this.#described),
    };
  }

  async *references(): AsyncGenerator<SourceReference> {
    for (let nextToken: string | undefined, isFirst = true; isFirst || nextToken; ) {
      const { name: repositoryName } = this;
      const input = { repositoryName, maxResults: pageItems, ...(nextToken && { nextToken }) };
      const page = await ask(this.#parts, "ecr:ListImages", input);
      for (const { imageDigest, imageTag } of page.imageIds ?? []) {
        const digest = imageDigest as Digest;
        yield imageTag === undefined ? { digest } : { tag: imageTag, digest };
      }
      isFirst = false;
      nextToken = page.nextToken;
    }
  }

  async resolve(tag: string): Promise<Digest> {
    throw new TakeoverFailure("missing", `${tag} names nothing any more`);
  }

  manifest(digest: Digest): Promise<ContentOfManifest> {
    return this.#parts.registry.manifest(this.name, digest);
  }

  content(digest: Digest, sizeBytes: number): Promise<Readable> {
    return this.#parts.registry.content(this.name, digest, sizeBytes);
  }

  async referrers(digest: Digest): Promise<readonly Digest[]> {
    return this.#asksReferrers ? this.#parts.registry.referrers(this.name, digest) : [];
  }

  /** The same where single images are looked at, and not all that is listed. */
  withReferrers(): ServerRepository {
    return new ServerRepository(this.#parts, this.#described, true);
  }
}

/** Tried again while it fails for a while only: what is listed page by page can not be begun anew. */
function ask<Name extends CallName>(
  { server, pause, account }: ServerSourceParts,
  name: Name,
  input: Input<Name>,
): Promise<Answer<Name>> {
  const isNamed = account !== undefined && name !== "ecr:ListTagsForResource";
  const whole = isNamed ? { ...(input as object), registryId: account } : input;
  return persevere(async () => callFor(await server(), name, whole as Input<Name>), pause);
}

function mutabilityOf({
  imageTagMutability: mode,
  imageTagMutabilityExclusionFilters: filters = [],
}: Described): { readonly tagMutability?: TagMutability } {
  if (mode === undefined) return {};
  const exclusionFilters = filters.flatMap(({ filter }) => filter ?? []);
  return { tagMutability: { mode, exclusionFilters } };
}

/** A key of AWS is nobody's here; which one is to be used here is for whoever makes the repository first. */
function untranslatedOf({ encryptionConfiguration: encryption }: Described): string[] {
  const type = encryption?.encryptionType;
  if (type === undefined || type === "AES256") return [];
  return [`It is encrypted by ${type} there; a repository that is made here has the service's key`];
}
