import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { describeAddress, parseConnectionUrl } from "./connection-url.ts";

const secret = "not-to-be-told";

describe("a PostgreSQL URL", () => {
  it("names user, password, host, port and database", () => {
    const url = "postgres://me:p%40ss%2Fword@db.example:6543/data";
    expect(parseConnectionUrl(url)).toMatchObject({
      hosts: [{ host: "db.example", port: 6543 }],
      user: "me",
      password: "p@ss/word",
      database: "data",
      applicationName: "entrepot",
      prepares: true,
      readWrite: false,
      poolSize: undefined,
    });
  });

  it("may leave out the port, the database and the password", () => {
    expect(parseConnectionUrl("postgresql://me@db.example")).toMatchObject({
      hosts: [{ host: "db.example", port: 5432 }],
      database: "me",
      password: undefined,
    });
  });

  it("may name several hosts, addresses and the directory of a socket", () => {
    const hosts = (url: string) => parseConnectionUrl(url).hosts;
    expect(hosts("postgres://me@one:1,two,[::1]:3/d?target_session_attrs=read-write")).toEqual([
      { host: "one", port: 1 },
      { host: "two", port: 5432 },
      { host: "::1", port: 3 },
    ]);
    expect(hosts("postgres://me@%2Frun%2Fpostgresql:7/d")).toEqual([
      { host: "/run/postgresql", port: 7 },
    ]);
    expect(hosts("postgres:///d?user=me&host=/run/postgresql")).toEqual([
      { host: "/run/postgresql", port: 5432 },
    ]);
    expect(hosts("postgres:///d?user=me&host=one,two&port=1,2")).toEqual([
      { host: "one", port: 1 },
      { host: "two", port: 2 },
    ]);
  });

  it("verifies the server where nothing is said, but on this machine", () => {
    const tls = (url: string) => parseConnectionUrl(url).tls;
    expect(tls("postgres://me@db.example/d")).toEqual({});
    for (const host of ["127.0.0.1", "localhost", "[::1]", "%2Frun"]) {
      expect(tls(`postgres://me@${host}/d`)).toBe(false);
    }
    expect(tls("postgres://me@127.0.0.1,db.example/d")).toEqual({});
  });

  it("takes the modes of TLS that can be kept, as libpq means them", () => {
    const directory = mkdtempSync(join(tmpdir(), "entrepot-url-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const ca = join(directory, "ca.pem");
    writeFileSync(ca, "an authority");
    const tls = (query: string) => parseConnectionUrl(`postgres://me@db/d?${query}`).tls;
    const anyName = { ca: "an authority", checkServerIdentity: expect.any(Function) };
    expect(tls("sslmode=disable")).toBe(false);
    expect(tls("sslmode=require")).toEqual({ rejectUnauthorized: false });
    expect(tls(`sslmode=require&sslrootcert=${ca}`)).toEqual(anyName);
    expect(tls(`sslmode=verify-ca&sslrootcert=${ca}`)).toEqual(anyName);
    expect(tls(`sslmode=verify-full&sslrootcert=${ca}`)).toEqual({ ca: "an authority" });
    expect(tls("sslmode=verify-full&sslrootcert=system")).toEqual({});
  });

  it.each([
    ["sslmode=prefer", /fall back to plain text/],
    ["sslmode=allow", /fall back to plain text/],
    ["sslmode=sometimes", /is no sslmode/],
    ["sslmode=verify-ca", /needs sslrootcert/],
    ["sslrootcert=/nowhere/ca.pem", /can not be read/],
    ["target_session_attrs=standby", /read-write or primary/],
    ["prepare=perhaps", /true or false/],
    ["pool_size=0", /from 1 to 1000/],
    ["connect_timeout=soon", /from 1 to 1000/],
    ["statement_timeout=1", /has the option 'statement_timeout'/],
  ])("is refused with %s", (query, sentence) => {
    expect(() => parseConnectionUrl(`postgres://me:${secret}@db/d?${query}`)).toThrow(sentence);
  });

  it("is never repeated in a refusal, since a password may be in it", () => {
    const broken = [
      `mysql://me:${secret}@db/d`,
      `postgres://me:${secret}@x@db/d`,
      `postgres://me:${secret}%ZZ@db/d`,
      `postgres://me:${secret}@/d`,
      `postgres://me:${secret}@db:99999/d`,
      `postgres://:${secret}@db/d`,
      `postgres://me:${secret}@db/d?sslmode=x`,
    ];
    for (const url of broken) {
      let said = "";
      try {
        parseConnectionUrl(url);
      } catch (error) {
        said = String((error as Error).stack);
      }
      expect(said).toMatch(/database's URL|sslmode/);
      expect(said).not.toContain(secret);
    }
  });

  it("is described without user and password", () => {
    const address = parseConnectionUrl(`postgres://me:${secret}@one,[::1]:7/data`);
    expect(describeAddress(address)).toBe("one:5432,[::1]:7/data");
  });
});
