import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import { scanningConfiguration } from "./scanning-configuration.ts";

/** Basic scanning has it, enhanced scanning does not. Source: ECR API, StartImageScan. */
export function featureDisabled(): RegistryError {
  return new RegistryError("Validation", "This feature is disabled");
}

/**
 * Whether images are scanned when they are pushed, where no rule of the registry says.
 * Source: ECR API, PutImageScanningConfiguration.
 * @throws RepositoryNotFound
 * @throws Validation where scanning is enhanced: its rules alone decide there
 */
export async function setScanOnPush(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
  name: RepositoryName,
  scanOnPush: boolean,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const { type } = await scanningConfiguration({ metadata: change }, registry);
    if (type === "ENHANCED") throw featureDisabled();
    await change.repositories.setScanOnPush(repository, scanOnPush);
  });
}
