import { describe, expect, it } from "vitest";
import {
  createTemplate,
  updateTemplate,
} from "../../src/registry/creation-templates/change-templates.ts";
import { createByTemplate } from "../../src/registry/creation-templates/create-by-template.ts";
import type { CreationTemplate } from "../../src/registry/creation-templates/creation-template.ts";
import { templateLimits } from "../../src/registry/creation-templates/template-limits.ts";
import { testOrganization } from "../support/organization.ts";
import { addAccounts } from "../support/sessions.ts";
import { metadataStores, otherRegistries, registry, repositoryName } from "./metadata-stores.ts";
import { outcomes, Pusher, times } from "./pusher.ts";

const template = (key: string, changes: Partial<CreationTemplate> = {}): CreationTemplate => ({
  ...{ registry, key, version: 1, createdAt: 5, updatedAt: 5 },
  settings: {
    ...{ prefix: `${key}/`, encryption: { type: "KMS", key: "arn:key" }, description: "d" },
    tagMutability: { mode: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: ["dev-*"] },
    resourceTags: [{ key: "team", value: "ü" }],
    ...{ repositoryPolicy: "{}", appliedFor: ["CREATE_ON_PUSH"], customRoleArn: "arn:role" },
  },
  ...changes,
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: templates", ({ open }) => {
  it("keeps one of a key in each registry, finds those of some keys, and lists them by key", async () => {
    const { store, reopen } = await open();
    const elsewhere = template("b", { registry: otherRegistries[0]!, version: 7 });
    await store.transaction(async ({ creationTemplates }) => {
      for (const each of [template("b"), template("a"), template("ROOT"), elsewhere]) {
        expect(await creationTemplates.insertIfAbsent(each)).toBe(true);
      }
      expect(await creationTemplates.insertIfAbsent(template("b", { version: 9 }))).toBe(false);
    });
    const { creationTemplates } = await reopen();
    const found = await creationTemplates.at(registry, ["b", "never", "ROOT"]);
    expect(found).toHaveLength(2);
    expect(found).toContainEqual(template("b"));
    expect(await creationTemplates.at(registry, [])).toEqual([]);
    const keys = (await creationTemplates.list(registry, { limit: 9 })).map(({ key }) => key);
    expect(keys).toEqual(["ROOT", "a", "b"]);
    const rest = await creationTemplates.list(registry, { after: "ROOT", limit: 1 });
    expect(rest).toEqual([template("a")]);
    expect(await creationTemplates.list(otherRegistries[0]!, { limit: 9 })).toEqual([elsewhere]);
    expect(await creationTemplates.list(otherRegistries[1]!, { limit: 9 })).toEqual([]);
  });

  it("replaces and removes the one that was named, and no other", async () => {
    const { store } = await open();
    const changed = template("b", {
      ...{ version: 2, updatedAt: 8 },
      settings: { ...template("b").settings, appliedFor: ["REPLICATION"] },
    });
    await store.transaction(async ({ creationTemplates }) => {
      for (const key of ["a", "b", "c"]) await creationTemplates.insertIfAbsent(template(key));
      expect(await creationTemplates.lock(registry, "b")).toEqual(template("b"));
      expect(await creationTemplates.lock(registry, "never")).toBeUndefined();
      await creationTemplates.replace(changed);
      await creationTemplates.remove(registry, "a");
      await creationTemplates.remove(registry, "never");
    });
    expect(await store.creationTemplates.list(registry, { limit: 9 })).toEqual([
      changed,
      template("c"),
    ]);
  });

  it("lets one of many creations at once win, by a template as somebody left it", async () => {
    const { ports } = new Pusher((await open()).store);
    const prefix = "team";
    await createTemplate(ports, registry, { prefix, appliedFor: ["CREATE_ON_PUSH"] });
    const judged = new Set<string>();
    const creations = times(12, (n) =>
      createByTemplate(ports, testOrganization, {
        ...{ registry, name: repositoryName(`team/app-${n % 3}`), event: "CREATE_ON_PUSH" },
        allow: async ({ settings }) => {
          judged.add(settings.tagMutability.mode);
        },
      }),
    );
    const change = updateTemplate(ports, registry, { prefix, tagMutability: "IMMUTABLE" });
    const made = await Promise.all(creations);
    await change;
    expect(made.filter((each) => each?.isNew === true)).toHaveLength(3);
    expect(await ports.metadata.repositories.count(registry)).toBe(3);
    const ids = new Set(made.map((each) => each?.repository.id));
    expect(ids.size).toBe(3);
    for (const each of made) expect([...judged]).toContain(each?.repository.tagMutability.mode);
    const later = await createByTemplate(ports, testOrganization, {
      ...{ registry, name: repositoryName("team/later"), event: "CREATE_ON_PUSH" },
    });
    expect(later?.repository.tagMutability.mode).toBe("IMMUTABLE");
  });

  it("lets in as many templates as a registry may have, also when the last come at once", async () => {
    const { ports } = new Pusher((await open()).store);
    await addAccounts(ports, registry.account);
    const { templates: most } = templateLimits;
    await ports.metadata.transaction(async ({ creationTemplates }) => {
      for (let n = 0; n < most - 1; n++) await creationTemplates.insertIfAbsent(template(`t${n}`));
    });
    const last = times(3, (n) =>
      createTemplate(ports, registry, { prefix: `last-${n}`, appliedFor: ["REPLICATION"] }),
    );
    expect(await outcomes(last)).toBe(1);
    expect(await ports.metadata.creationTemplates.list(registry, { limit: 999 })).toHaveLength(
      most,
    );
  });
});
