import { scanningLimits } from "../scanning-limits.ts";
import type { SuppressorOf } from "../suppressor.ts";
import { attachedVex } from "./attached-vex.ts";
import { imageAsProduct } from "./vex-document.ts";
import { importedFor } from "./vex-documents.ts";
import { suppressedByStatements } from "./vex-suppression.ts";

/** Statements of VEX documents that count for the image, by which a finding is none. */
export const vexSuppressor: SuppressorOf = async (ports, repository, image, known) => {
  const documents = [
    ...(await importedFor(ports, repository.registry, repository.name)),
    ...(await attachedVex(ports, repository, image)),
  ];
  if (documents.length === 0 || known === undefined) return () => undefined;
  const parents = await ports.metadata.images.parents(
    repository,
    image.digest,
    scanningLimits.weighedParents,
  );
  const images = [image.digest, ...parents].map(imageAsProduct);
  const counting = documents.map(({ id, index: { byName } }) => ({ id, byName }));
  return suppressedByStatements(counting, known.inventory, images, ports.clock.now());
};
