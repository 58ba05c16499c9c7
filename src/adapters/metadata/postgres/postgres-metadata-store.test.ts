import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  addImage,
  addLayer,
  addRepository,
  digest,
  registry,
  repositoryName,
  sampleRepository,
} from "../../../../test/contracts/metadata-stores.ts";
import { CuttingProxy } from "../../../../test/support/cutting-proxy.ts";
import {
  type PostgresServer,
  postgresMissing,
  startPostgres,
} from "../../../../test/support/postgres.ts";
import { sharedPostgres, temporaryDatabase } from "../../../../test/support/shared-postgres.ts";
import { issueCertificate } from "../../tls/issue-certificate.ts";
import { openPostgresMetadata, type PostgresMetadataStore } from "./postgres-metadata-store.ts";

const missing = postgresMissing();
const describePostgres = (what: string, tests: () => void) =>
  describe.skipIf(missing !== undefined)(
    missing === undefined ? what : `${what} (skipped: ${missing})`,
    { timeout: 60_000 },
    tests,
  );

let server: PostgresServer;

async function open(url: string, warnings: string[] = []): Promise<PostgresMetadataStore> {
  const warn = (message: string) => {
    warnings.push(message);
  };
  const store = await openPostgresMetadata({ url, warn, patienceMs: 500 });
  onTestFinished(() => store.close());
  return store;
}

const sessionsOf = (url: string) =>
  server.execute(
    `select pid from pg_stat_activity
      where datname = '${basename(url)}' and application_name = 'entrepot'`,
  );

describePostgres("metadata in PostgreSQL", () => {
  beforeAll(async () => {
    server = await sharedPostgres();
  });

  it("goes on when the server ends every connection", async () => {
    const url = await temporaryDatabase();
    const store = await open(url);
    const repository = await addRepository(store, "team/app");
    const reads = () =>
      Promise.all(
        Array.from({ length: 20 }, () => store.repositories.find(registry, repository.name)),
      );
    await reads();
    for (const { pid } of await sessionsOf(url)) {
      await server.execute(`select pg_terminate_backend(${pid})`);
    }
    for (const found of await reads()) expect(found).toEqual(repository);
    expect((await sessionsOf(url)).length).toBeLessThanOrEqual(10);
  });

  it("needs no right beyond a database of its own", async () => {
    const url = await temporaryDatabase();
    await server.execute("create role plain login password 'plain'");
    await server.execute(`alter database ${basename(url)} owner to plain`);
    const store = await open(url.replace(/\/\/[^@]*@/, "//plain:plain@"));
    await addRepository(store, "team/app");
    await store.probe();
  });

  it("goes on when another process changes a table whose statements are prepared", async () => {
    const url = await temporaryDatabase();
    const store = await open(url);
    const repository = await addRepository(store, "team/app");
    const list = () => store.uploads.list(repository, { limit: 9 });
    for (let n = 0; n < 3; n++) expect(await list()).toEqual([]);
    await server.execute("alter table upload add column further text", basename(url));
    expect(await list()).toEqual([]);
    await store.transaction((change) =>
      Promise.all([
        change.uploads.list(repository, { limit: 9 }),
        change.repositories.lock(registry, repository.name),
      ]),
    );
  });

  it("goes on when the server has forgotten what was prepared", async () => {
    const url = await temporaryDatabase();
    const store = await open(`${url}?pool_size=1`);
    const repository = await addRepository(store, "team/app");
    const find = () => store.repositories.find(registry, repository.name);
    expect(await find()).toEqual(repository);
    // As a pooler does that gives the session to another client.
    await store.transaction((change) => change.settings.put(registry, "name", "value"));
    await server.execute(
      `create function forget() returns trigger language plpgsql as $$ begin
          execute 'deallocate all'; return new; end $$;
        create trigger forget after insert on account_setting for each row execute function forget()`,
      basename(url),
    );
    await store.transaction((change) => change.settings.put(registry, "other", "value"));
    expect(await find()).toEqual(repository);
  });

  it("prepares more texts than it keeps", async () => {
    const store = await open(`${await temporaryDatabase()}?pool_size=1`);
    const repository = await addRepository(store, "team/app");
    const { layer } = await addLayer(store, repository, digest(3));
    for (let round = 0; round < 2; round++) {
      for (let length = 4; length < 300; length++) {
        const wanted = Array.from({ length }, (_, n) => digest(n));
        expect(await store.layers.findMany(repository, wanted)).toEqual([layer]);
      }
    }
    expect(await store.repositories.find(registry, repository.name)).toEqual(repository);
  });

  it("serves through a pooler, without prepared statements", async () => {
    const store = await open(`${await temporaryDatabase()}?prepare=false`);
    const repository = await addRepository(store, "team/app");
    await addImage(store, repository, digest(1), { tags: ["v1"] });
    expect(await store.tags.list(repository, { limit: 9 })).toHaveLength(1);
    await store.probe();
  });

  it("keeps its sessions and its commits as it needs them, whatever the database's defaults", async () => {
    const url = await temporaryDatabase();
    const name = basename(url);
    await server.execute(`alter database ${name} set synchronous_commit = off`);
    await server.execute(`alter database ${name} set default_transaction_isolation = serializable`);
    const warnings: string[] = [];
    const store = await open(url, warnings);
    await server.execute(
      `create table seen (setting text, value text);
        create function see() returns trigger language plpgsql as $$ begin
          insert into seen select name, setting from pg_settings where name in
            ('synchronous_commit', 'transaction_isolation', 'statement_timeout', 'lock_timeout',
             'idle_in_transaction_session_timeout', 'application_name');
          return new; end $$;
        create trigger see after insert on account_setting for each row execute function see()`,
      name,
    );
    await store.transaction((change) => change.settings.put(registry, "name", "value"));
    const seen = await server.execute("select * from seen", name);
    expect(Object.fromEntries(seen.map(({ setting, value }) => [setting, value]))).toEqual({
      application_name: "entrepot",
      idle_in_transaction_session_timeout: "30000",
      lock_timeout: "10000",
      statement_timeout: "60000",
      synchronous_commit: "on",
      transaction_isolation: "read committed",
    });
    expect(warnings).toContainEqual(expect.stringContaining("synchronous_commit is off"));
    expect(warnings).toContainEqual(expect.stringContaining("fsync is off"));
  });

  it("refuses to read a number that JavaScript can not hold", async () => {
    const url = await temporaryDatabase();
    const store = await open(url);
    const repository = await addRepository(store, "team/app", { sizeBytes: 2 ** 53 - 1 });
    const find = () => store.repositories.find(registry, repository.name);
    expect(await find()).toMatchObject({ sizeBytes: 2 ** 53 - 1 });
    await server.execute("update repository set size_bytes = size_bytes + 1", basename(url));
    await expect(find()).rejects.toThrow("9007199254740992");
    expect(await store.repositories.count(registry)).toBe(1);
  });

  it("tells nobody what is in a row that was refused", async () => {
    const store = await open(await temporaryDatabase());
    const broken = { ...sampleRepository("team/app"), createdAt: null as unknown as number };
    const refusal = await store
      .transaction((change) => change.repositories.insertIfAbsent(broken))
      .catch((error: unknown) => error as Error);
    expect(String(refusal)).toContain("23502");
    expect(JSON.stringify(refusal, Object.getOwnPropertyNames(refusal))).not.toContain("team/app");
  });

  it("forgets what processes committed that are long gone, and nothing younger", async () => {
    const url = await temporaryDatabase();
    await (await open(url)).close();
    await server.execute(
      `insert into last_commit values ('old', 't', 0),
        ('young', 't', extract(epoch from now())::bigint * 1000 - 3600000)`,
      basename(url),
    );
    await open(url);
    const rows = await server.execute("select connection from last_commit", basename(url));
    const names = rows.map(({ connection }) => connection);
    expect(names).toContain("young");
    expect(names).not.toContain("old");
  });

  it("goes on when a failover has lost what it committed last", async () => {
    const url = await temporaryDatabase();
    const store = await open(`${url}?pool_size=1`);
    await addRepository(store, "team/app");
    await server.execute("update last_commit set transaction_id = 'before'", basename(url));
    await addRepository(store, "team/other");
    await server.execute("delete from last_commit", basename(url));
    await addRepository(store, "team/third");
    expect(await store.repositories.count(registry)).toBe(3);
  });
});

describePostgres("a PostgreSQL database that can not be used", () => {
  const told = async (url: string) => {
    const refusal = await openPostgresMetadata({
      url,
      warn: () => undefined,
      patienceMs: 300,
    }).then(
      (store) => store.close(),
      (error: unknown) => error,
    );
    const texts: string[] = [];
    for (let error = refusal; error instanceof Error; error = error.cause) {
      texts.push(String(error.stack), JSON.stringify(error));
    }
    expect(texts.join("\n")).not.toContain("not-to-be-told");
    return texts[0];
  };

  it("is named with the reason, and never with the password", async () => {
    const url = server.url;
    const there = `127.0.0.1:${server.port}`;
    expect(await told(`${url}/nothing`)).toContain(`${there}/nothing can not be used`);
    expect(await told(`${url}/nothing`)).toContain("3D000");
    const wrong = url.replace("entrepot:", "entrepot:x");
    expect(await told(`${wrong}/postgres`)).toContain("28P01");
    expect(await told(url.replace(String(server.port), "1"))).toContain("ECONNREFUSED");
  });

  it("is one that is not encoded in UTF-8", async () => {
    await server.execute("create database ascii encoding 'SQL_ASCII' template template0");
    expect(await told(`${server.url}/ascii`)).toContain("UTF8 is needed");
  });

  it("is one whose server has no TLS where TLS is asked for", async () => {
    expect(await told(`${server.url}/postgres?sslmode=require`)).toContain("SSL");
  });
});

describePostgres("TLS to PostgreSQL", () => {
  it("is used, and the server is verified as the mode says", async () => {
    const own = await startPostgres();
    onTestFinished(() => own.stop());
    const pair = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const [authority, stranger, key] = [pair(), pair(), pair()];
    const issue = (issuer: typeof key, subject: typeof key, names: string[] | undefined) =>
      issueCertificate({
        issuer: { commonName: "authority", key: issuer },
        subject: { commonName: names === undefined ? "authority" : "server", key: subject },
        notBefore: Date.now() - 60_000,
        notAfter: Date.now() + 600_000,
        names,
      });
    own.write("server.key", key.export({ type: "pkcs8", format: "pem" }).toString());
    own.write("server.crt", issue(authority, key, ["db.example"]));
    own.configure({ ssl: "on" });
    own.write("pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n");
    await own.halt();
    await own.startWithoutAsking();
    const file = (name: string, content: string) => {
      const path = join(own.directory, name);
      writeFileSync(path, content);
      return path;
    };
    const ca = file("ca.pem", issue(authority, authority, undefined));
    const other = file("other.pem", issue(stranger, stranger, undefined));
    const attempt = async (query: string) => {
      const url = `${own.url}/postgres?${query}`;
      const store = await openPostgresMetadata({ url, warn: () => undefined });
      await store.close();
      return "used";
    };
    expect(await attempt("sslmode=require")).toBe("used");
    expect(await attempt(`sslmode=require&sslrootcert=${ca}`)).toBe("used");
    expect(await attempt(`sslmode=verify-ca&sslrootcert=${ca}`)).toBe("used");
    // The certificate is for another name.
    await expect(attempt(`sslmode=verify-full&sslrootcert=${ca}`)).rejects.toThrow(/127\.0\.0\.1/);
    await expect(attempt(`sslmode=verify-ca&sslrootcert=${other}`)).rejects.toThrow(/certificate/);
    await expect(attempt("sslmode=verify-full")).rejects.toThrow(/certificate/);
    await expect(attempt("sslmode=disable")).rejects.toThrow(/28000/);
    own.write("server.crt", issue(authority, key, ["127.0.0.1"]));
    await own.halt();
    await own.startWithoutAsking();
    expect(await attempt(`sslmode=verify-full&sslrootcert=${ca}`)).toBe("used");
  });
});

describePostgres("round trips to PostgreSQL", () => {
  it("are one for a read and for writes that wait for nothing, BEGIN and COMMIT included", async () => {
    const url = await temporaryDatabase();
    const proxy = await CuttingProxy.start(server.port);
    onTestFinished(() => proxy.stop());
    let trips = 0;
    const sync = Buffer.of(0x53, 0, 0, 0, 4);
    proxy.judge = (piece) => {
      if (piece.subarray(-sync.length).equals(sync)) trips += 1;
      return "pass";
    };
    const store = await open(`${url.replace(`:${server.port}/`, `:${proxy.port}/`)}?pool_size=1`);
    const repository = await addRepository(store, "team/app");
    await addLayer(store, repository, digest(1));
    const tripsOf = async (work: () => Promise<unknown>) => {
      const before = trips;
      await work();
      return trips - before;
    };
    const { name } = repository;
    expect(await tripsOf(() => store.repositories.find(registry, name))).toBe(1);
    expect(await tripsOf(() => store.transaction(async () => "nothing"))).toBe(0);
    expect(
      await tripsOf(() =>
        store.transaction(async ({ repositories, settings, layers }) => {
          await repositories.adjust(repository, { imageCount: 1 });
          await settings.put(registry, "name", "value");
          await layers.lease(repository, digest(1), 9);
        }),
      ),
    ).toBe(1);
    expect(
      await tripsOf(() =>
        store.transaction(({ repositories, layers }) =>
          Promise.all([
            repositories.lock(registry, name),
            layers.lock(repository, [digest(1)]),
            repositories.find(registry, repositoryName("none")),
          ]),
        ),
      ),
    ).toBe(2);
    expect(await tripsOf(() => addImage(store, repository, digest(2), { tags: ["v1"] }))).toBe(2);
  });
});
