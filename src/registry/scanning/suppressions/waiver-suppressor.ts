import { namesOf } from "../image-finding.ts";
import type { SuppressorOf } from "../suppressor.ts";
import { isAboutImage, isAboutPackage, type Waiver } from "./waiver.ts";
import { allWaivers } from "./waivers.ts";

/** Waivers that hold now; of several about one finding, the one that ends last. */
export const waiverSuppressor: SuppressorOf = async (ports, { registry, name }, { digest }) => {
  const now = ports.clock.now();
  const waivers = (await allWaivers(ports, registry)).filter(
    (waiver) => waiver.expiresAt > now && isAboutImage(waiver, name, digest),
  );
  if (waivers.length === 0) return () => undefined;
  const byName = Map.groupBy(waivers, ({ vulnerabilityId }) => vulnerabilityId?.toUpperCase());
  return (finding) => {
    const candidates = [undefined, ...namesOf(finding)].flatMap((id) => byName.get(id) ?? []);
    const fitting = candidates.filter((waiver) => isAboutPackage(waiver, finding));
    const last = fitting.toSorted((one, other) => other.expiresAt - one.expiresAt)[0];
    return last && suppressionBy(last);
  };
};

function suppressionBy({ name, reason, expiresAt }: Waiver) {
  return { kind: "WAIVER" as const, id: name, reason, until: expiresAt };
}
