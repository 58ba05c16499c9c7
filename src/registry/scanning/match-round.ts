import type { AdvisoryIndex } from "../../ports/advisories.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SketchedScan } from "../../ports/scan-store.ts";
import type { Registry } from "../names.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import { type CompareOf, ecosystemFamily } from "./advisories/advisory.ts";
import { comparisons } from "./advisories/compare-of.ts";
import { MatchMemory } from "./advisories/match-memory.ts";
import { isOfEcosystem } from "./advisories/package-keys.ts";
import { hasSupportEnded } from "./end-of-life.ts";
import type { ImageScan } from "./image-scan.ts";
import type { Looking } from "./judge-inventory.ts";
import { advisoryMark, SketchQuestion, vulnerabilityMark } from "./name-sketch.ts";
import type { KnownChanges } from "./narrowed-match.ts";
import type { SketchesNeeded } from "./rematch-image.ts";
import { type RescanDuration, rescanDuration } from "./rescan-duration.ts";
import type { ScanningConfiguration } from "./scan-type.ts";
import { scanningConfiguration } from "./scanning-configuration.ts";
import { sketchLimits } from "./sketch-limits.ts";

/** What the sketches of one registry are asked, of what changed since one version. */
interface Questions {
  readonly names: SketchQuestion;
  readonly cves: SketchQuestion;
  /** `undefined` where it is not known what changed. */
  readonly changes: KnownChanges | undefined;
}

/** One look through all scans with one index: what is asked once and holds for many images. */
export class MatchRound implements Looking {
  readonly index: AdvisoryIndex;
  readonly memory = new MatchMemory();
  readonly compareOf: CompareOf = comparisons();
  readonly #ports: Ports;
  readonly #configurations = new Map<string, Promise<ScanningConfiguration>>();
  readonly #durations = new Map<string, Promise<RescanDuration>>();
  /** By the days between which it ended or not. */
  readonly #supportEnded = new Map<string, Promise<boolean>>();
  readonly #questions = new Map<string, Promise<Questions>>();
  #repository: { readonly id: string; readonly found: Promise<Repository | undefined> } | undefined;

  constructor(ports: Ports, index: AdvisoryIndex) {
    this.#ports = ports;
    this.index = index;
  }

  /** Scans come in the order of repositories: the last one is remembered. */
  repository({ registry, id }: RepositoryRef): Promise<Repository | undefined> {
    const key = `${registry.account} ${registry.region} ${id}`;
    if (this.#repository?.id !== key) {
      const found = this.#ports.metadata.repositories.findById({ registry, id });
      this.#repository = { id: key, found };
    }
    return this.#repository.found;
  }

  configuration(registry: Registry): Promise<ScanningConfiguration> {
    const key = `${registry.account} ${registry.region}`;
    return remembered(this.#configurations, key, () =>
      scanningConfiguration(this.#ports, registry),
    );
  }

  rescanDuration(registry: Registry): Promise<RescanDuration> {
    const key = `${registry.account} ${registry.region}`;
    return remembered(this.#durations, key, () => rescanDuration(this.#ports, registry));
  }

  /** Whether the index may tell anything else of the image than its scan does. False is certain. */
  async mayChange({ scan, packageNames, findingNames }: SketchedScan): Promise<boolean> {
    if (scan.advisories === undefined || (await this.#hasSupportEnded(scan))) return true;
    const asked = await this.#questionsSince(scan.repository.registry, scan.advisories);
    if (asked.changes === undefined) return true;
    return asked.names.isMaybeIn(packageNames) || asked.cves.isMaybeIn(findingNames);
  }

  /** Whether a vulnerability that the scan may have found is told otherwise now. False is certain. */
  async mayHaveChangedFindings({ scan, findingNames }: SketchedScan): Promise<boolean> {
    const { repository, advisories = "" } = scan;
    const { cves } = await this.#questionsSince(repository.registry, advisories);
    return cves.isMaybeIn(findingNames);
  }

  /** Since the scan was made or matched; `undefined` where that is not known. */
  async changesSince(scan: ImageScan): Promise<KnownChanges | undefined> {
    const { repository, advisories } = scan;
    if (advisories === undefined || (await this.#hasSupportEnded(scan))) return undefined;
    return (await this.#questionsSince(repository.registry, advisories)).changes;
  }

  async sketchesNeeded({
    scan,
    packageNames,
    findingNames,
  }: SketchedScan): Promise<SketchesNeeded> {
    const { registry } = scan.repository;
    const { names } = await this.#questionsSince(registry, scan.advisories ?? "");
    return {
      packages: !names.understands(packageNames),
      findings: !names.understands(findingNames),
    };
  }

  /** Since the scan: what it says of its image's distribution may be otherwise, whatever changed. */
  #hasSupportEnded({ endedAt }: ImageScan): Promise<boolean> {
    const [since, until] = [new Date(endedAt ?? 0), new Date(this.#ports.clock.now())];
    const key = [since, until].map((time) => time.toISOString().slice(0, 10)).join();
    return remembered(this.#supportEnded, key, async () =>
      hasSupportEnded(await this.index.endOfLife(), since, until),
    );
  }

  #questionsSince(registry: Registry, version: string): Promise<Questions> {
    const key = `${registry.account} ${registry.region} ${version}`;
    return remembered(this.#questions, key, async () => {
      const changes = await this.index.changesSince(version);
      const [names = [], cves = []] = [changes?.names, changes?.cves];
      const marks = new Set(names.map(markOf));
      return {
        names: new SketchQuestion(this.#ports, registry, marks),
        cves: new SketchQuestion(this.#ports, registry, cves.map(vulnerabilityMark)),
        changes: changes && { marks, cves: new Set(cves) },
      };
    });
  }
}

/** Under which mark a package is that advisories of this name and ecosystem are about: see `marksOfInventory`. */
function markOf({
  ecosystem,
  name,
}: {
  readonly ecosystem: string;
  readonly name: string;
}): string {
  const family = ecosystemFamily(ecosystem);
  return advisoryMark(isOfEcosystem(ecosystem, family, name) ? family : ecosystem, name);
}

function remembered<Value>(
  values: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const known = values.get(key);
  if (known !== undefined) return known;
  if (values.size >= sketchLimits.questions) values.clear();
  const made = make();
  values.set(key, made);
  return made;
}
