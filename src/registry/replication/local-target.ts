import type { Ports } from "../../ports/ports.ts";
import { createUnasked } from "../creation-templates/create-unasked.ts";
import { RegistryError } from "../errors.ts";
import type { Organization } from "../identity/organization.ts";
import { rootArn, rootPrincipal } from "../identity/principal.ts";
import { putImage } from "../images/put-image.ts";
import { inParallel } from "../in-parallel.ts";
import { findLayers } from "../layers/find-layer.ts";
import { mountLayer } from "../layers/mount-layer.ts";
import { takeLayer } from "../layers/take-layer.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { repositoryArn } from "../names.ts";
import { authorize, repositoryAsResource } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import { isShut } from "../policy/resource-access.ts";
import { getAccountSetting } from "../repositories/account-settings.ts";
import { requireNameNotRemoved } from "./alive-at.ts";
import { applyRemovals, type Removal, type RemovalFailure } from "./apply-removals.ts";
import { applyRepositoryRemoval } from "./apply-repository-removal.ts";
import type { SettingValues } from "./carried-settings.ts";
import type { ArrivingImage, Prepared, ReplicationTarget, SourceRepository } from "./copy-image.ts";
import type { Reach } from "./reach.ts";
import type { SourceLayer } from "./read-source.ts";
import type { Replica } from "./replica.ts";
import { replicationLimits } from "./replication-limits.ts";
import { putSettingsHere } from "./settings-here.ts";

/** Where images go by another name than they have, with tags that they are given there. */
export interface Landing {
  readonly name: RepositoryName;
  /** Since when they are wanted there, with these tags. Milliseconds since the epoch. */
  readonly since: number;
}

/**
 * The repository of the same name, or a landing, in another registry of this deployment. Images come there as they do
 * by a push; that the source may is decided by the policies of the destination, for the root of the
 * source's account. Source: ECR, "Registry permissions for replication"; spec 5.3.
 */
export class LocalTarget implements ReplicationTarget {
  readonly #ports: Ports;
  readonly #organization: () => Promise<Organization>;
  readonly #trashMs: number;
  readonly #source: SourceRepository;
  readonly #registry: Registry;
  readonly #name: RepositoryName;
  readonly #since: number | undefined;

  constructor(
    ports: Ports,
    { organization, trashMs }: Pick<Reach, "organization" | "trashMs">,
    source: SourceRepository,
    destination: Registry,
    landing?: Landing,
  ) {
    this.#ports = ports;
    this.#organization = organization;
    this.#trashMs = trashMs;
    this.#source = source;
    this.#registry = destination;
    this.#name = landing?.name ?? source.name;
    this.#since = landing?.since;
  }

  admit(): Promise<void> {
    return this.#require("ecr:ReplicateImage");
  }

  get destination(): Registry {
    return this.#registry;
  }

  /** Moves of tags are told apart by their times. */
  readonly needsOrder = false;

  async prepare(digests: readonly Digest[], alive: number): Promise<Prepared> {
    const { metadata } = this.#ports;
    if ((await metadata.repositories.find(this.#registry, this.#name)) !== undefined) {
      return { isNew: false, missing: await this.missingLayers(digests) };
    }
    await this.#require("ecr:CreateRepository");
    await requireNameNotRemoved(metadata, this.#registry, this.#name, this.#wantedSince(alive));
    const wanted = { registry: this.#registry, name: this.#name };
    const missing = { ...wanted, event: "REPLICATION" } as const;
    // What the destination's policies had to say is said.
    await createUnasked(this.#ports, await this.#organization(), missing, async () => undefined);
    return { isNew: true, missing: digests };
  }

  async hasImage(digest: Digest): Promise<boolean> {
    const reference = { digest };
    const found = await this.#ports.metadata.images.resolve(this.#registry, this.#name, reference);
    return found?.image?.state === "ACTIVE";
  }

  async missingLayers(digests: readonly Digest[]): Promise<readonly Digest[]> {
    const held = await findLayers(this.#ports, this.#registry, this.#name, digests);
    const there = new Set(held.map(({ digest }) => digest));
    return digests.filter((digest) => !there.has(digest));
  }

  async putLayers(layers: readonly SourceLayer[], signal: AbortSignal): Promise<void> {
    await inParallel(layers, replicationLimits.layersAtOnce, async (layer) => {
      if (await this.#mount(layer.digest)) return;
      const wanted = { digest: layer.digest, content: layer.read(signal), given: true };
      await takeLayer(this.#ports, this.#registry, this.#name, wanted);
    });
  }

  async putImage({ image, manifest, tags, alive, mayLack }: ArrivingImage): Promise<void> {
    await this.#require("ecr:ReplicateImage");
    const replica = replicaOf(this.#source, image.digest, this.#wantedSince(alive));
    const since = this.#since;
    const landed = since === undefined ? replica : { ...replica, movedAt: async () => since };
    await putImage(this.#ports, this.#registry, this.#name, {
      ...{ manifest, mediaType: image.mediaType, digest: image.digest, mayLack },
      ...{ tags, repeat: "accept", replica: landed },
    });
  }

  #wantedSince(alive: number): number {
    return Math.max(alive, this.#since ?? 0);
  }

  async remove(removals: readonly Removal[]): Promise<readonly RemovalFailure[]> {
    await this.#require("ecr:BatchDeleteImage");
    const from = this.#source.registry;
    const deleter = { by: rootArn(from.account), keepMs: this.#trashMs };
    return applyRemovals(this.#ports, this.#registry, this.#name, { from }, removals, deleter);
  }

  async removeRepository(at: number): Promise<void> {
    await this.#require("ecr:DeleteRepository");
    const from = this.#source.registry;
    const deleter = { by: rootArn(from.account), keepMs: this.#trashMs };
    const there = { registry: this.#registry, name: this.#name };
    await applyRepositoryRemoval(this.#ports, { ...there, source: { from }, at, deleter });
  }

  async putSettings(values: SettingValues): Promise<void> {
    const { policy, lifecycle, mutability, tags } = values;
    const found = await this.#ports.metadata.repositories.find(this.#registry, this.#name);
    if (found === undefined) return;
    if (policy !== undefined) await this.#require("ecr:SetRepositoryPolicy");
    if (lifecycle !== undefined) await this.#require("ecr:PutLifecyclePolicy");
    if (mutability !== undefined) await this.#require("ecr:PutImageTagMutability");
    if (tags !== undefined) await this.#require("ecr:TagResource");
    await putSettingsHere(this.#ports, this.#registry, this.#name, values, this.#caller());
  }

  /** Where both registries want that, and another repository there has the layer. */
  async #mount(digest: Digest): Promise<boolean> {
    const setting = await getAccountSetting(this.#ports, this.#source.registry, "BLOB_MOUNTING");
    if (setting.value !== "ENABLED") return false;
    const to = { registry: this.#registry, name: this.#name };
    return (await mountLayer(this.#ports, to, digest, undefined, async () => true)) !== undefined;
  }

  async #require(action: Needed): Promise<void> {
    const { account } = this.#source.registry;
    const resource = repositoryAsResource(this.#registry, this.#name);
    const context = this.#context();
    const principal = rootPrincipal(account, "", conditionsOf(this.#source));
    const isClosed = await isShut(this.#ports, account);
    const decision = await authorize(this.#ports, principal, action, resource, context);
    if (decision.allowed && !isClosed) return;
    throw new RegistryError(
      "AccessDenied",
      `The registry of account ${this.#registry.account} in ${this.#registry.region} does not let account ${account} do ${action} with repository '${this.#name}'`,
    );
  }

  #caller() {
    return {
      principal: rootPrincipal(this.#source.registry.account, "", conditionsOf(this.#source)),
      ...{ region: this.#registry.region, account: this.#registry.account },
      ...{ requestId: "", sourceIp: "", userAgent: "", origin: "https:" },
    };
  }

  #context(): RequestContext {
    const { registry, name } = this.#source;
    return new RequestContext(
      this.#caller(),
      this.#ports.clock.now(),
      new Map([
        ["aws:viaawsservice", "true"],
        ["aws:sourceaccount", registry.account],
        ["aws:sourcearn", repositoryArn(registry, name)],
      ]),
    );
  }
}

/** What the source may have to be allowed at the destination. */
type Needed =
  | "ecr:ReplicateImage"
  | "ecr:CreateRepository"
  | "ecr:BatchDeleteImage"
  | "ecr:DeleteRepository"
  | "ecr:SetRepositoryPolicy"
  | "ecr:PutLifecyclePolicy"
  | "ecr:PutImageTagMutability"
  | "ecr:TagResource";

function conditionsOf({ registry: { account } }: SourceRepository): ReadonlyMap<string, string> {
  return new Map([
    ["aws:principalaccount", account],
    ["aws:principalarn", rootArn(account)],
    ["aws:principaltype", "Account"],
  ]);
}

/** The tags of the source, and who pushed there, as they are when the copy is made. */
function replicaOf({ registry, id }: SourceRepository, digest: Digest, alive: number): Replica {
  const source = { registry, id };
  return {
    from: registry,
    aliveAt: alive,
    async movedAt(change, tag) {
      if ((await change.tags.find(source, tag)) !== digest) return undefined;
      const [last] = await change.tags.history(source, tag, { limit: 1 });
      return last?.at;
    },
    pushers: async (change) => [...(await change.gates.pushers(source, digest))],
  };
}
