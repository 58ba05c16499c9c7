import { randomUUID } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import { limitExceeded } from "./change-rules.ts";
import { checkUrl } from "./connections.ts";
import { type ApiDestination, connectionOfArn, type SigningSecrets } from "./endpoint.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import { openEventSecrets, sealEventSecrets } from "./event-secrets.ts";
import { newSigningSecret } from "./webhook-signature.ts";

type Needed = Pick<Ports, "metadata" | "clock" | "keys">;

export type WantedDestination = Pick<
  ApiDestination,
  "description" | "connectionArn" | "endpoint" | "method" | "ratePerSecond"
>;

function noSuchDestination(name: string): RegistryError {
  return new RegistryError(
    "ResourceNotFound",
    `Failed to describe the api-destination(s). An api-destination '${name}' does not exist.`,
  );
}

/** @throws ResourceNotFound */
export async function requireDestination(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  name: string,
): Promise<ApiDestination> {
  const found = await metadata.apiDestinations.find(registry, name);
  if (found === undefined) throw noSuchDestination(name);
  return found;
}

/** With a signing secret of its own. @throws ResourceAlreadyExists, ResourceNotFound, LimitExceeded, Validation */
export async function createDestination(
  ports: Needed,
  registry: Registry,
  name: string,
  wanted: WantedDestination,
): Promise<ApiDestination> {
  checkDestination(wanted);
  const now = ports.clock.now();
  const id = randomUUID();
  const secrets: SigningSecrets = { current: newSigningSecret() };
  const destination: ApiDestination = {
    ...{ registry, name, id, ...wanted, format: "EVENTBRIDGE" },
    ...{ createdAt: now, modifiedAt: now, secretAt: now },
    sealedSecrets: sealEventSecrets(ports, id, secrets),
  };
  await ports.metadata.transaction(async (change) => {
    await requireOwnConnection(change, registry, wanted.connectionArn);
    await change.repositories.lockCount(registry);
    if (!(await change.apiDestinations.insertIfAbsent(destination))) {
      throw new RegistryError(
        "ResourceAlreadyExists",
        `An api-destination '${name}' already exists.`,
      );
    }
    const count = await change.apiDestinations.count(registry);
    if (count > eventRuleLimits.destinationsOfRegistry) throw limitExceeded();
  });
  return destination;
}

/** @throws ResourceNotFound, Validation */
export function updateDestination(
  { metadata, clock }: Needed,
  registry: Registry,
  name: string,
  wanted: Partial<WantedDestination>,
): Promise<ApiDestination> {
  return metadata.transaction(async (change) => {
    const known = await change.apiDestinations.lock(registry, name);
    if (known === undefined) throw noSuchDestination(name);
    const changed = { ...known, ...wanted, modifiedAt: clock.now() };
    checkDestination(changed);
    await requireOwnConnection(change, registry, changed.connectionArn);
    await change.apiDestinations.replace(changed);
    return changed;
  });
}

/**
 * What EventBridge has no words for: the format, and a new signing secret, which is said here and never
 * again. The one before goes on signing as well for a day.
 * @throws ResourceNotFound
 */
export function configureDestination(
  ports: Needed,
  registry: Registry,
  name: string,
  wanted: { readonly format?: ApiDestination["format"] | undefined; readonly newSecret: boolean },
): Promise<{ destination: ApiDestination; secret: string | undefined }> {
  const fresh = newSigningSecret();
  return ports.metadata.transaction(async (change) => {
    const known = await change.apiDestinations.lock(registry, name);
    if (known === undefined) throw noSuchDestination(name);
    const now = ports.clock.now();
    let destination: ApiDestination = { ...known, format: wanted.format ?? known.format };
    if (wanted.newSecret) {
      const { current } = openEventSecrets<SigningSecrets>(ports, known);
      const previous = { secret: current, until: now + eventRuleLimits.previousSecretMs };
      const secrets: SigningSecrets = { current: fresh, previous };
      const sealedSecrets = sealEventSecrets(ports, known.id, secrets);
      destination = { ...destination, sealedSecrets, secretAt: now };
    }
    await change.apiDestinations.replace(destination);
    return { destination, secret: wanted.newSecret ? fresh : undefined };
  });
}

/** @throws ResourceNotFound */
export async function deleteDestination(
  { metadata }: Needed,
  registry: Registry,
  name: string,
): Promise<void> {
  const wasThere = await metadata.transaction(({ apiDestinations }) =>
    apiDestinations.remove(registry, name),
  );
  if (!wasThere) throw noSuchDestination(name);
}

async function requireOwnConnection(
  change: MetadataChange,
  registry: Registry,
  arn: string,
): Promise<void> {
  if ((await connectionOfArn(change, registry, arn)) !== undefined) return;
  throw new RegistryError(
    "ResourceNotFound",
    `Failed to describe the connection(s). Connection '${arn}' does not exist.`,
  );
}

function checkDestination({ endpoint }: Pick<WantedDestination, "endpoint">): void {
  const filled = endpoint.replaceAll("*", "a");
  checkUrl("InvocationEndpoint", filled);
  // Where an event goes is not the event's to say, in whatever way the URL is written.
  const other = endpoint.replaceAll("*", "b");
  if (URL.canParse(other) && new URL(other).origin === new URL(filled).origin) return;
  throw new RegistryError(
    "Validation",
    "Parameter InvocationEndpoint is not valid. Reason: a host with a star.",
  );
}
