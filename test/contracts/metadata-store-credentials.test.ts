/** Access keys, sessions and the issuers of web identity tokens. */
import { describe, expect, it } from "vitest";
import type {
  Session,
  SignOnSecret,
  StoredAccessKey,
} from "../../src/registry/identity/stored-credential.ts";
import type { ObjectId, Region } from "../../src/registry/names.ts";
import {
  account,
  otherAccount,
  sampleKey,
  sampleProvider,
  sampleSession,
} from "./identity-samples.ts";
import { metadataStores } from "./metadata-stores.ts";

/** Bytes come as whatever view of memory the store reads into. */
function comparable<Row extends StoredAccessKey | Session>(row: Row | undefined): Row | undefined {
  return row && { ...row, sealedSecret: Uint8Array.from(row.sealedSecret) };
}

const alice = { account, id: "AIDAALICE" };
const bob = { account, id: "AIDABOB" };
const foreign = { account: otherAccount, id: "AIDAALICE" };

describe.each(metadataStores)("$name keeps the MetadataStore contract: access keys", ({ open }) => {
  it("gives keys back as they were stored, by id and by owner", async () => {
    const { store } = await open();
    const keys = [
      sampleKey(alice, { id: "AKIAB", status: "Inactive" }),
      sampleKey(alice, { id: "AKIAA" }),
      sampleKey(bob),
      sampleKey(foreign),
    ] as const;
    await store.transaction(async ({ identity }) => {
      for (const key of keys) await identity.accessKeys.insert(key);
    });
    const { accessKeys } = store.identity;
    for (const key of keys) expect(comparable(await accessKeys.find(key.id))).toEqual(key);
    expect(await accessKeys.find("AKIANONE")).toBeUndefined();
    expect((await accessKeys.of(alice)).map(comparable)).toEqual([keys[1], keys[0]]);
    expect((await accessKeys.of(foreign)).map(comparable)).toEqual([keys[3]]);
  });

  it("changes the status and removes by id, and touches no other key", async () => {
    const { store } = await open();
    const [one, other] = [sampleKey(alice), sampleKey(alice)];
    await store.transaction(async ({ identity: { accessKeys } }) => {
      await accessKeys.insert(one);
      await accessKeys.insert(other);
      await accessKeys.setStatus(one.id, "Inactive");
    });
    const { accessKeys } = store.identity;
    expect((await accessKeys.find(one.id))?.status).toBe("Inactive");
    expect((await accessKeys.find(other.id))?.status).toBe("Active");
    await store.transaction(({ identity }) => identity.accessKeys.remove(one.id));
    expect(await accessKeys.find(one.id)).toBeUndefined();
    expect(comparable(await accessKeys.find(other.id))).toEqual(other);
  });

  it("moves the last use forward, never back, and makes no key", async () => {
    const { store } = await open();
    const key = sampleKey(alice);
    await store.transaction(({ identity }) => identity.accessKeys.insert(key));
    const use = (at: number) => ({ at, region: `r-${at}`, service: `s-${at}` });
    const record = (id: string, at: number) =>
      store.transaction(({ identity }) => identity.accessKeys.recordUse(id, use(at)));
    await record(key.id, 5);
    await record(key.id, 4);
    await record("AKIANONE", 4);
    expect((await store.identity.accessKeys.find(key.id))?.lastUse).toEqual(use(5));
    await record(key.id, 6);
    expect((await store.identity.accessKeys.find(key.id))?.lastUse).toEqual(use(6));
    expect(await store.identity.accessKeys.find("AKIANONE")).toBeUndefined();
  });
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: sessions", ({ open }) => {
  it("gives sessions back as they were stored, claims and all", async () => {
    const { store } = await open();
    const full = sampleSession(alice);
    const bare = sampleSession(alice, {
      kind: "session-token",
      name: "",
      claims: {
        tokenSha256: "11",
        policies: [],
        policyArns: [],
        tags: [],
        transitiveTagKeys: [],
        sourceIdentity: undefined,
        isChained: true,
        federation: {},
        federatedProvider: "arn:aws:iam::000000000000:oidc-provider/issuer.example",
        description: "of a cluster",
      },
    });
    await store.transaction(async ({ identity }) => {
      await identity.sessions.insert(full);
      await identity.sessions.insert(bare);
    });
    const { sessions } = store.identity;
    expect(comparable(await sessions.find(full.accessKeyId))).toEqual(full);
    expect(comparable(await sessions.find(bare.accessKeyId))).toEqual(bare);
    expect(await sessions.find("ASIANONE")).toBeUndefined();
  });

  it("lists those of an owner and kind, and the pull secrets of an account, page by page", async () => {
    const { store } = await open();
    const ids = ["ASIAC", "ASIAA", "ASIAB"];
    await store.transaction(async ({ identity: { sessions } }) => {
      for (const id of ids) {
        await sessions.insert(sampleSession(alice, { accessKeyId: id, kind: "pull-secret" }));
        await sessions.insert(sampleSession(alice, { accessKeyId: `${id}-role` }));
        await sessions.insert(
          sampleSession(bob, { accessKeyId: `${id}-bob`, kind: "pull-secret" }),
        );
        await sessions.insert(
          sampleSession(foreign, { accessKeyId: `${id}-foreign`, kind: "pull-secret" }),
        );
      }
    });
    const { sessions } = store.identity;
    const idsOf = (found: readonly Session[]) => found.map(({ accessKeyId }) => accessKeyId);
    expect(idsOf(await sessions.of(alice, "pull-secret", { limit: 2 }))).toEqual([
      ...["ASIAA", "ASIAB"],
    ]);
    const after = { after: "ASIAB", limit: 2 };
    expect(idsOf(await sessions.of(alice, "pull-secret", after))).toEqual(["ASIAC"]);
    expect(idsOf(await sessions.pullSecrets(account, { limit: 9 }))).toEqual([
      ...["ASIAA", "ASIAA-bob", "ASIAB", "ASIAB-bob", "ASIAC", "ASIAC-bob"],
    ]);
    expect(idsOf(await sessions.pullSecrets(account, after))).toEqual(["ASIAB-bob", "ASIAC"]);
    expect(await sessions.pullSecretCount(account)).toBe(6);
    expect(await sessions.pullSecretCount(otherAccount)).toBe(3);
  });

  it("records the last use of a session, and never an earlier one", async () => {
    const { store } = await open();
    const session = sampleSession(alice);
    const use = (at: number, region: string) =>
      store.transaction(({ identity }) =>
        identity.sessions.recordUse(session.accessKeyId, { at, region }),
      );
    await store.transaction(({ identity }) => identity.sessions.insert(session));
    await use(20, "eu-west-1");
    await use(10, "us-east-1");
    const found = await store.identity.sessions.find(session.accessKeyId);
    expect(found?.lastUse).toEqual({ at: 20, region: "eu-west-1" });
    await use(30, "us-east-1");
    const later = await store.identity.sessions.find(session.accessKeyId);
    expect(later?.lastUse).toEqual({ at: 30, region: "us-east-1" });
  });

  it("removes one, those of an owner, and those that had expired, the oldest first", async () => {
    const { store } = await open();
    const of = (owner: Session["owner"], accessKeyId: string, expiresAt: number) =>
      sampleSession(owner, { accessKeyId, expiresAt });
    await store.transaction(async ({ identity: { sessions } }) => {
      for (const [n, id] of ["ASIAA", "ASIAB", "ASIAC", "ASIAD"].entries()) {
        await sessions.insert(of(bob, id, 10 - n));
      }
      await sessions.insert(of(alice, "ASIAE", 99));
      await sessions.insert(of(foreign, "ASIAF", 99));
      await sessions.remove("ASIAD");
      await sessions.removeOf(alice);
    });
    const left = async () => {
      const found = [];
      for (const id of ["ASIAA", "ASIAB", "ASIAC", "ASIAD", "ASIAE", "ASIAF"]) {
        if ((await store.identity.sessions.find(id)) !== undefined) found.push(id);
      }
      return found;
    };
    expect(await left()).toEqual(["ASIAA", "ASIAB", "ASIAC", "ASIAF"]);
    const expire = (now: number, limit: number) =>
      store.transaction(({ identity }) => identity.sessions.removeExpired(now, limit));
    expect(await expire(10, 1)).toBe(1);
    expect(await left()).toEqual(["ASIAA", "ASIAB", "ASIAF"]);
    expect(await expire(9, 9)).toBe(1);
    expect(await expire(9, 9)).toBe(0);
    expect(await left()).toEqual(["ASIAA", "ASIAF"]);
  });
});

const secret: SignOnSecret = {
  region: "us-east-1" as Region,
  sealed: {
    ...{ object: "0f" as ObjectId, sizeBytes: 3 },
    ...{ wrappedKey: Uint8Array.of(0, 255), content: Uint8Array.of(34, 0, 200) },
  },
};

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: OIDC providers",
  ({ open }) => {
    it("keeps one provider for each URL of an account", async () => {
      const { store } = await open();
      const provider = sampleProvider("b.example/id", { tags: [{ key: "k", value: "ü" }] });
      const first = sampleProvider("a.example", { clientIds: [], thumbprints: [] });
      await store.transaction(async ({ identity: { oidcProviders } }) => {
        expect(await oidcProviders.insertIfAbsent(provider)).toBe(true);
        expect(await oidcProviders.insertIfAbsent(sampleProvider(provider.url))).toBe(false);
        expect(await oidcProviders.insertIfAbsent(first)).toBe(true);
        const elsewhere = sampleProvider(provider.url, { account: otherAccount });
        expect(await oidcProviders.insertIfAbsent(elsewhere)).toBe(true);
        expect(await oidcProviders.lock(account, provider.url)).toEqual(provider);
      });
      const { oidcProviders } = store.identity;
      expect(await oidcProviders.find(account, provider.url)).toEqual(provider);
      expect(await oidcProviders.find(account, "c.example")).toBeUndefined();
      expect(await oidcProviders.list(account)).toEqual([first, provider]);
      const signOn = {
        ...{ label: "Käse", clientId: "a", scopes: ["email"], groupsClaim: "groups" },
        ...{ roleClaim: undefined, nameClaim: "email", updatedAt: 1, clientSecret: secret },
      };
      const next = { ...provider, clientIds: ["a", "b"], thumbprints: [], tags: [], signOn };
      await store.transaction(async ({ identity }) => {
        await identity.oidcProviders.replace(next);
        await identity.oidcProviders.remove(account, first.url);
      });
      expect(await oidcProviders.list(account)).toEqual([next]);
      expect(await oidcProviders.list(otherAccount)).toHaveLength(1);
      const unsealed = { ...next, signOn: { ...signOn, clientSecret: undefined } };
      await store.transaction(({ identity }) => identity.oidcProviders.replace(unsealed));
      expect(await oidcProviders.find(account, provider.url)).toEqual(unsealed);
    });
  },
);
