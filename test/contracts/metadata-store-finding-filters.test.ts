import { describe, expect, it } from "vitest";
import type { FindingFilter } from "../../src/registry/inspector/finding-filter.ts";
import type { SbomExport } from "../../src/registry/inspector/sbom-export.ts";
import type { RepositoryName } from "../../src/registry/names.ts";
import {
  addImage,
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
} from "./metadata-stores.ts";

const filter = (id: string, changes: Partial<FindingFilter> = {}): FindingFilter => ({
  ...{ registry, id, name: `named ${id}`, action: "NONE", description: undefined },
  ...{ reason: "why", tags: { team: "a" }, createdAt: 1, updatedAt: 2 },
  criteria: { severity: [{ comparison: "EQUALS", value: "LOW" }], epssScore: [{}] },
  ...changes,
});

const sbomExport = (id: string, changes: Partial<SbomExport> = {}): SbomExport => ({
  ...{ registry, id, format: "SPDX_2_3", criteria: {}, status: "IN_PROGRESS", written: 0 },
  destination: { bucket: "b", prefix: "", kmsKeyArn: "k" },
  ...{ address: "localhost:5050", leftOut: 0, createdAt: 1, updatedAt: 1, ...changes },
});

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: what Inspector asks",
  ({ open }) => {
    it("keeps filters by id, with names of their own, and finds those that suppress", async () => {
      const { store, reopen } = await open();
      const [one, two] = [filter("1"), filter("2", { action: "SUPPRESS", reason: undefined })];
      const elsewhere = filter("1", { registry: otherRegistries[0]!, action: "SUPPRESS" });
      const changed = { ...one, name: "new", description: "d", tags: {}, updatedAt: 7 };
      const inserted = await store.transaction(async ({ findingFilters }) => {
        const all = [one, two, elsewhere, filter("3"), filter("4", { name: "named 1" })];
        const done: boolean[] = [];
        for (const each of all) done.push(await findingFilters.insertIfAbsent(each));
        await findingFilters.replace(changed);
        await findingFilters.remove(registry, "3");
        await findingFilters.remove(registry, "never");
        return done;
      });
      expect(inserted).toEqual([true, true, true, true, false]);
      const { findingFilters } = await reopen();
      expect(await findingFilters.find(registry, "1")).toEqual(changed);
      expect(await findingFilters.find(registry, "3")).toBeUndefined();
      expect(await findingFilters.find(otherRegistries[0]!, "1")).toEqual(elsewhere);
      expect(await findingFilters.named(registry, "new")).toEqual(changed);
      expect(await findingFilters.named(registry, "named 1")).toBeUndefined();
      expect(await findingFilters.list(registry, { limit: 9 })).toEqual([changed, two]);
      expect(await findingFilters.list(registry, { after: "1", limit: 1 })).toEqual([two]);
      expect(await findingFilters.suppressing(registry, 9)).toEqual([two]);
      expect(await findingFilters.list(otherRegistries[1]!, { limit: 9 })).toEqual([]);
      const taken = store.transaction((change) =>
        change.findingFilters.replace({ ...two, name: "new" }),
      );
      await expect(taken).rejects.toThrow();
    });

    it("keeps exports of bills of materials by id, and how far they are", async () => {
      const { store, reopen } = await open();
      const [one, two, other] = [sbomExport("1"), sbomExport("2"), sbomExport("3")];
      const elsewhere = sbomExport("1", { registry: otherRegistries[0]! });
      const further: SbomExport = {
        ...{ ...one, place: { name: "a" as RepositoryName, digest: digest(1) }, written: 3 },
        ...{ criteria: { ecrImageTags: [{ comparison: "NOT_EQUALS", value: "é" }] } },
        ...{ status: "FAILED", errorCode: "INTERNAL_ERROR", errorMessage: "why" },
      };
      await store.transaction(async ({ sbomExports }) => {
        for (const each of [two, one, other, elsewhere]) await sbomExports.put(each);
        expect(await sbomExports.lock(registry, "1")).toEqual(one);
        await sbomExports.put(further);
        await sbomExports.remove(registry, "3");
      });
      const { sbomExports } = await reopen();
      expect(await sbomExports.find(registry, "1")).toEqual(further);
      expect(await sbomExports.find(otherRegistries[0]!, "1")).toEqual(elsewhere);
      expect(await sbomExports.find(registry, "3")).toBeUndefined();
      expect(await sbomExports.list(registry, { limit: 9 })).toEqual([further, two]);
      expect(await sbomExports.list(registry, { after: "1", limit: 1 })).toEqual([two]);
    });

    it("lists the scans of a registry by repository and digest, with what they may hold", async () => {
      const { store } = await open();
      const repositories = [await addRepository(store, "a"), await addRepository(store, "b")];
      repositories.sort((first, second) => (first.id < second.id ? -1 : 1));
      const types = ["BASIC", "ENHANCED"] as const;
      for (const [at, repository] of repositories.entries()) {
        const [one, two] = [digest(2 * at + 1), digest(2 * at + 2)];
        for (const each of [two, one]) await addImage(store, repository, each);
        await store.transaction(async ({ scans }) => {
          for (const type of types) {
            const base = {
              ...{ repository: { registry, id: repository.id }, type, status: "ACTIVE" as const },
              ...{ description: undefined, requestedAt: 1, endedAt: 2, sourceUpdatedAt: 3 },
              ...{ advisories: "v1", counts: { HIGH: 1 } },
            };
            const document = { sizeBytes: 1, content: Uint8Array.of(1), names: Uint8Array.of(7) };
            await scans.put({ ...base, digest: one }, document);
            await scans.put({ ...base, digest: two });
          }
        });
      }
      const { scans } = store;
      const found = await scans.ofRegistry(registry, "ENHANCED", { limit: 9 });
      expect(found.map(({ scan, findingNames }) => [scan.digest, findingNames?.[0]])).toEqual(
        [1, 2, 3, 4].map((n) => [digest(n), n % 2 === 1 ? 7 : undefined]),
      );
      expect(found.map(({ scan }) => scan.repository.id)).toEqual(
        repositories.flatMap(({ id }) => [id, id]),
      );
      const first = { repositoryId: repositories[0]!.id, digest: digest(1) };
      const rest = await scans.ofRegistry(registry, "ENHANCED", { after: first, limit: 2 });
      expect(rest).toEqual(found.slice(1, 3));
      expect(await scans.ofRegistry(otherRegistries[0]!, "ENHANCED", { limit: 9 })).toEqual([]);
    });
  },
);
