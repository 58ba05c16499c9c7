/** Two stores on one database, as two replicas have them. */
import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  openPostgresMetadata,
  type PostgresMetadataStore,
} from "../../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { schemaVersion } from "../../src/adapters/metadata/sql/migrate.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import {
  addImage,
  addLayer,
  addRepository,
  digest,
  otherRegistries,
  registry,
  sampleImage,
  sampleObject,
  tag,
} from "../contracts/metadata-stores.ts";
import { postgresMissing } from "../support/postgres.ts";
import { sharedPostgres, temporaryDatabase } from "../support/shared-postgres.ts";

const missing = postgresMissing();
const what = "Two replicas on one PostgreSQL";

async function openAll(url: string, stores: number): Promise<PostgresMetadataStore[]> {
  const opened = await Promise.all(
    Array.from({ length: stores }, () => openPostgresMetadata({ url, warn: () => undefined })),
  );
  onTestFinished(async () => {
    for (const store of opened) await store.close();
  });
  return opened;
}

describe.skipIf(missing !== undefined)(
  `${what}${missing ? ` (skipped: ${missing})` : ""}`,
  { timeout: 60_000 },
  () => {
    it("make the schema of an empty database once, although they start at once", async () => {
      const server = await sharedPostgres();
      const url = await temporaryDatabase();
      const [one] = await openAll(url, 4);
      await addRepository(one!, "team/app");
      const versions = await server.execute(
        "select version::int from schema_version order by version",
        basename(url),
      );
      expect(versions.map(({ version }) => version)).toEqual(
        Array.from({ length: schemaVersion }, (_, index) => index + 1),
      );
    });

    it("refuse a schema that is newer than the program, and change nothing", async () => {
      const server = await sharedPostgres();
      const url = await temporaryDatabase();
      const [store] = await openAll(url, 1);
      await server.execute(
        `insert into schema_version values (${schemaVersion + 1}, 'from the future', 0)`,
        basename(url),
      );
      await expect(store!.probe()).rejects.toThrow(/newer Entrepot/);
      await expect(openAll(url, 1)).rejects.toThrow(/newer Entrepot/);
    });

    it("count as a recount does when both change one repository, with and without its lock", async () => {
      const url = await temporaryDatabase();
      const stores = await openAll(url, 2);
      const repository = await addRepository(stores[0]!, "team/app");
      const { layer } = await addLayer(stores[0]!, repository, digest(1_000));
      for (let n = 0; n < 5; n++) await addImage(stores[0]!, repository, digest(n));
      let images = 0;
      const change = (store: MetadataStore, n: number) =>
        store.transaction(async ({ repositories, tags, layers }) => {
          if (n % 2 === 0) await repositories.lock(registry, repository.name);
          if (n % 5 === 4) await tags.remove(repository, tag(`v${n % 3}`), n);
          else await tags.put(repository, { tag: tag(`v${n % 3}`), digest: digest(n % 5), at: n });
          await repositories.adjust(repository, { imageCount: 1, sizeBytes: 10 });
          await layers.lease(repository, layer.digest, n);
        });
      await Promise.all(
        Array.from({ length: 200 }, async (_, n) => {
          await change(stores[n % 2]!, n);
          images += 1;
        }),
      );
      const [store] = stores;
      const found = await store!.repositories.find(registry, repository.name);
      expect(found).toMatchObject({ imageCount: images, sizeBytes: images * 10 });
      expect(await store!.repositories.totals()).toEqual({
        repositories: 1,
        images,
        sizeBytes: images * 10,
      });
      const tags = await store!.tags.list(repository, { limit: 10 });
      for (let n = 0; n < 5; n++) {
        const expected = tags.filter((each) => each.digest === digest(n));
        expect(await store!.tags.count(repository, digest(n))).toBe(expected.length);
        expect(await store!.tags.of(repository, digest(n), 10)).toEqual(
          expected.map((each) => each.tag),
        );
      }
      const server = await sharedPostgres();
      const history = await server.execute(
        "select count(*)::int as moves, max(sequence)::int as last from tag_history group by tag",
        basename(url),
      );
      for (const { moves, last } of history) expect(moves).toBe(last);
    });

    it("take an object off the counters once when both remove it", async () => {
      const stores = await openAll(await temporaryDatabase(), 2);
      const objects = Array.from({ length: 20 }, (_, n) => sampleObject(digest(n)));
      await stores[0]!.transaction(async (change) => {
        for (const object of objects) await change.objects.insertIfAbsent(object);
      });
      await Promise.all(
        objects.flatMap(({ id }) =>
          stores.map((store) => store.transaction((change) => change.objects.remove(id))),
        ),
      );
      expect(await stores[1]!.objects.totals()).toEqual({ objects: 0, sealedBytes: 0 });
    });

    it("keep one live object of a digest, on which both then stand", async () => {
      const stores = await openAll(await temporaryDatabase(), 2);
      const repository = await addRepository(stores[0]!, "team/app");
      const kept = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          stores[n % 2]!.transaction(async ({ objects, images }) => {
            const object = sampleObject(digest(7));
            const isNew = await objects.insertIfAbsent(object);
            const live = isNew ? object : await objects.lockLive(registry, "AES256", digest(7));
            await images.insert(sampleImage(repository, live!, { digest: digest(n) }), []);
            return live!.id;
          }),
        ),
      );
      expect(new Set(kept).size).toBe(1);
      expect(await stores[1]!.objects.totals()).toMatchObject({ objects: 1 });
    });

    it("see at once what the other has written", async () => {
      const [one, other] = await openAll(await temporaryDatabase(), 2);
      const repository = await addRepository(one!, "team/app");
      for (let n = 0; n < 20; n++) {
        await addImage(one!, repository, digest(n), { tags: ["latest"] });
        const wanted = { tag: tag("latest") };
        const found = await other!.images.resolve(registry, repository.name, wanted);
        expect(found?.image?.digest).toBe(digest(n));
      }
    });

    it("end a deadlock by doing one of both again", async () => {
      const stores = await openAll(await temporaryDatabase(), 2);
      const names = ["a", "b"] as const;
      const repositories = await Promise.all(names.map((name) => addRepository(stores[0]!, name)));
      let runs = 0;
      let held = 0;
      let bothHaveOne: () => void = () => undefined;
      const barrier = new Promise<void>((resolve) => {
        bothHaveOne = resolve;
      });
      const swap = (store: MetadataStore, [first, second] = repositories) =>
        store.transaction(async (change) => {
          runs += 1;
          await change.repositories.lock(registry, first!.name);
          // Counted once it is held: an asker that is slow to get its first would meet no other.
          held += 1;
          if (held === 2) bothHaveOne();
          await barrier;
          await change.repositories.lock(registry, second!.name);
          await change.repositories.adjust(second!, { imageCount: 1 });
        });
      await Promise.all([swap(stores[0]!), swap(stores[1]!, [...repositories].reverse())]);
      expect(runs).toBe(3);
      for (const name of repositories.map((each) => each.name)) {
        expect(await stores[0]!.repositories.find(registry, name)).toMatchObject({ imageCount: 1 });
      }
    });

    it("do again what the database could not serialize, and give up after a while", async () => {
      const server = await sharedPostgres();
      const url = await temporaryDatabase();
      const [store] = await openAll(url, 1);
      const failTimes = (times: number) =>
        server.execute(
          `create sequence if not exists tried; select setval('tried', 1, false);
            create or replace function refuse() returns trigger language plpgsql as $$ begin
              if nextval('tried') <= ${times} then
                raise exception 'could not serialize' using errcode = '40001';
              end if;
              return new;
            end $$;
            create or replace trigger refuse before insert on account_setting
              for each row execute function refuse()`,
          basename(url),
        );
      let runs = 0;
      const put = (value: string) =>
        store!.transaction(async (change) => {
          runs += 1;
          await change.settings.put(registry, `name-${value}`, value);
        });
      await failTimes(3);
      await put("a");
      expect(runs).toBe(4);
      expect(await store!.settings.find(registry, "name-a")).toBe("a");
      await failTimes(1_000);
      await expect(put("b")).rejects.toMatchObject({ kind: "ServiceUnavailable" });
      expect(runs).toBeLessThan(50);
    });

    it("remove repositories that share everything, all at once", async () => {
      const url = await temporaryDatabase();
      const stores = await openAll(url, 2);
      const repositories = [];
      for (let n = 0; n < 8; n++) {
        const repository = await addRepository(stores[0]!, `team/app-${n}`);
        for (let layer = 0; layer < 20; layer++) {
          await addLayer(stores[0]!, repository, digest(layer));
        }
        await addImage(stores[0]!, repository, digest(100 + n), { tags: ["v1"] });
        repositories.push(repository);
      }
      await Promise.all(
        repositories.map((repository, n) =>
          stores[n % 2]!.transaction((change) => change.repositories.remove(repository, n)),
        ),
      );
      expect(await stores[0]!.repositories.count(registry)).toBe(0);
      expect(await stores[0]!.reclaim.count()).toBe(28);
    });

    it("leave reads a connection while every transaction waits for one row", async () => {
      const [store, other] = await openAll(await temporaryDatabase(), 2);
      const repository = await addRepository(store!, "team/app");
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const holder = other!.transaction(async (change) => {
        await change.repositories.lock(registry, repository.name);
        await released;
      });
      const waiting = Array.from({ length: 30 }, () =>
        store!.transaction((change) => change.repositories.lock(registry, repository.name)),
      );
      for (let n = 0; n < 20; n++) {
        const home = otherRegistries[randomInt(2)]!;
        expect(await store!.repositories.find(home, repository.name)).toBeUndefined();
      }
      release();
      await holder;
      for (const found of await Promise.all(waiting)) expect(found).toEqual(repository);
    });
  },
);
