import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changedStore } from "../../../test/support/changed-store.ts";
import { account } from "../../../test/support/ecr.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import { putWaiver } from "../../operations/entrepot/put-waiver.ts";
import type { Region } from "../names.ts";
import { walkFindings } from "./walk-findings.ts";

const repositoryName = "team/app";
const registry = { account, region: "us-east-1" as Region };
let scanned: ScannedRegistry;
beforeEach(async () => {
  scanned = await ScannedRegistry.open(repositoryName);
});
afterEach(() => scanned.close());

describe("a walk through findings", () => {
  it("reads what suppresses once, however many images it opens, and anew for the next walk", async () => {
    await scanned.push(repositoryName, "one", [debianLayer]);
    await scanned.push(repositoryName, "two", [debianLayer, lodashLayer]);
    await scanned.push(repositoryName, "three", [lodashLayer, debianLayer]);
    await scanned.settle();
    const { ports } = scanned.opened;
    const { suppressions, findingFilters } = ports.metadata;
    const read: string[] = [];
    const metadata = changedStore(ports.metadata, {
      suppressions: changedStore(suppressions, {
        list: (registry, kind, page) => {
          read.push(kind);
          return suppressions.list(registry, kind, page);
        },
      }),
      findingFilters: changedStore(findingFilters, {
        suppressing: (registry, limit) => {
          read.push("FILTER");
          return findingFilters.suppressing(registry, limit);
        },
      }),
    });
    const statuses = async () => {
      read.length = 0;
      const found: string[] = [];
      for await (const { findings } of walkFindings({ ...ports, metadata }, registry, {})) {
        found.push(
          ...findings.map(({ finding, status }) => `${finding.vulnerabilityId} ${status}`),
        );
      }
      return found.sort();
    };
    const [lodash, openssl] = ["CVE-2021-23337", "CVE-2023-1111"];
    const rows = (one: string) => [
      ...[`${lodash} ACTIVE`, `${lodash} ACTIVE`],
      ...[`${openssl} ${one}`, `${openssl} ${one}`, `${openssl} ${one}`],
    ];
    expect(await statuses()).toEqual(rows("ACTIVE"));
    expect(read.toSorted()).toEqual(["FILTER", "VEX", "WAIVER"]);
    await scanned.registry.ask(putWaiver, {
      ...{ waiverName: "all", vulnerabilityId: "CVE-2023-1111", reason: "known", owner: "team" },
      ...{ repositoryFilter: repositoryName },
      expiresAt: scanned.opened.clock.now() / 1000 + 86_400,
    });
    expect(await statuses()).toEqual(rows("SUPPRESSED"));
    expect(read.toSorted()).toEqual(["FILTER", "VEX", "WAIVER"]);
  });
});
