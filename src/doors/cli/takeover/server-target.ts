import type { Readable } from "node:stream";
import type { ContentOfManifest } from "../../../ports/takeover-source.ts";
import type { HeldImages, LayerToPut, TakeoverTarget } from "../../../ports/takeover-target.ts";
import type { Digest } from "../../../registry/names.ts";
import { TakeoverFailure } from "../../../registry/takeover/takeover-failure.ts";
import type { TakeoverSettings } from "../../../registry/takeover/takeover-settings.ts";
import type { Server } from "../server.ts";
import { callFor, unlessRefused } from "./call-for.ts";
import type { ServerRegistry } from "./server-registry.ts";

const pageItems = 1_000;

/** A running server: settings by ECR's API, images by `/v2/`, with the rights of whoever asks. */
export class ServerTarget implements TakeoverTarget {
  readonly #server: Server;
  readonly #registry: ServerRegistry;

  constructor(server: Server, registry: ServerRegistry) {
    this.#server = server;
    this.#registry = registry;
  }

  async held(repositoryName: string): Promise<HeldImages | undefined> {
    const digests = new Set<Digest>();
    const tags = new Map<string, Digest>();
    for (let nextToken: string | undefined, isFirst = true; isFirst || nextToken !== undefined; ) {
      isFirst = false;
      const input = { repositoryName, maxResults: pageItems, ...(nextToken && { nextToken }) };
      const page = await unlessRefused("RepositoryNotFoundException", () =>
        callFor(this.#server, "ecr:ListImages", input),
      );
      if (page === undefined) return undefined;
      for (const { imageDigest, imageTag } of page.imageIds ?? []) {
        digests.add(imageDigest as Digest);
        if (imageTag !== undefined) tags.set(imageTag, imageDigest as Digest);
      }
      nextToken = page.nextToken;
    }
    return { digests, tags };
  }

  async create(repositoryName: string, settings: TakeoverSettings): Promise<void> {
    const { tagMutability, scanOnPush, resourceTags } = settings;
    await unlessRefused("RepositoryAlreadyExistsException", () =>
      callFor(this.#server, "ecr:CreateRepository", {
        repositoryName,
        ...(tagMutability !== undefined && {
          imageTagMutability: tagMutability.mode,
          ...(tagMutability.exclusionFilters.length > 0 && {
            imageTagMutabilityExclusionFilters: tagMutability.exclusionFilters.map((filter) => ({
              filterType: "WILDCARD" as const,
              filter,
            })),
          }),
        }),
        ...(scanOnPush !== undefined && { imageScanningConfiguration: { scanOnPush } }),
        ...(resourceTags !== undefined && { tags: [...resourceTags] }),
      }),
    );
  }

  putLayer(repository: string, layer: LayerToPut): Promise<boolean> {
    return this.#registry.putLayer(repository, layer);
  }

  putManifest(repository: string, manifest: ContentOfManifest, tag?: string): Promise<void> {
    return this.#registry.putManifest(repository, manifest, tag);
  }

  async applySettings(repositoryName: string, settings: TakeoverSettings): Promise<string[]> {
    const { policyText, lifecyclePolicyText } = settings;
    const problems: string[] = [];
    const apply = async (what: string, work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof TakeoverFailure) || error.kind === "passing") throw error;
        problems.push(`Its ${what} was not set: ${error.message}`);
      }
    };
    if (policyText !== undefined) {
      await apply("policy", async () => {
        const own = await unlessRefused("RepositoryPolicyNotFoundException", () =>
          callFor(this.#server, "ecr:GetRepositoryPolicy", { repositoryName }),
        );
        if (own !== undefined) return;
        await callFor(this.#server, "ecr:SetRepositoryPolicy", { repositoryName, policyText });
      });
    }
    if (lifecyclePolicyText !== undefined) {
      await apply("lifecycle policy", async () => {
        const own = await unlessRefused("LifecyclePolicyNotFoundException", () =>
          callFor(this.#server, "ecr:GetLifecyclePolicy", { repositoryName }),
        );
        if (own !== undefined) return;
        const input = { repositoryName, lifecyclePolicyText };
        await callFor(this.#server, "ecr:PutLifecyclePolicy", input);
      });
    }
    return problems;
  }

  manifest(repository: string, digest: Digest): Promise<ContentOfManifest> {
    return this.#registry.manifest(repository, digest);
  }

  content(repository: string, digest: Digest, sizeBytes: number): Promise<Readable> {
    return this.#registry.content(repository, digest, sizeBytes);
  }
}
