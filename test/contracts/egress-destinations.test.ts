import { describe, expect, it } from "vitest";
import { egresses, failureOf, get, serve, textOf } from "./egresses.ts";

const nothing = () => false;

/** Every spelling of this machine that programs have been seen to take. */
const spellings = [
  "127.0.0.1",
  "127.1",
  "0x7f.1",
  "0x7f000001",
  "2130706433",
  "017700000001",
  "0177.0.0.01",
  "127.0.0.1.",
  "%31%32%37.0.0.1",
  "１２７.0.0.1",
  "①②⑦.0.0.1",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0:0:0:0:0:ffff:7f00:0001]",
  "[::127.0.0.1]",
  "0.0.0.0",
  "0",
  "[::]",
];

describe.each(egresses)("Egress $name keeps to allowed destinations:", ({ open }) => {
  // Catalogue, 56.
  it.each(spellings)("%s is refused, and nothing is connected to", async (host) => {
    const server = await serve();
    const egress = open({ isListed: nothing });
    for (const scheme of ["http", "https"]) {
      const url = `${scheme}://${host}:${server.port}/`;
      const failure = await failureOf(egress.request(get(url, { plainHttp: "anywhere" })));
      expect(failure.kind).toBe("Denied");
    }
    expect(server.connections).toBe(0);
  });

  it.each([
    "169.254.169.254",
    "[fd00:ec2::254]",
    "[::ffff:169.254.169.254]",
    "0xa9fea9fe",
    "100.100.100.200",
    "168.63.129.16",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "224.0.0.1",
    "[fe80::1]",
    "[ff02::1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
  ])("%s is refused", async (host) => {
    const request = open({ isListed: nothing }).request(get(`https://${host}/latest/meta-data`));
    expect((await failureOf(request)).kind).toBe("Denied");
  });

  it("a listed address is reached in every spelling of it, and sees the one spelling", async () => {
    const server = await serve();
    const egress = open({ isListed: (address) => address === "127.0.0.1" });
    for (const host of ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "017700000001"]) {
      expect(await textOf(egress.request(get(`http://${host}:${server.port}/`)))).toBe("here");
    }
    expect(new Set(server.requests.map(({ headers }) => headers.host))).toEqual(
      new Set([`127.0.0.1:${server.port}`]),
    );
  });

  it("an IPv6 address is reached where it is listed", async () => {
    const server = await serve(undefined, { host: "::1" });
    const egress = open({ isListed: (address) => /^(0000:){7}0001$/.test(address) });
    expect(await textOf(egress.request(get(`http://[0:0::1]:${server.port}/`)))).toBe("here");
    expect(server.requests[0]?.headers.host).toBe(`[::1]:${server.port}`);
  });

  // Catalogue, 57.
  it("a name with a public and a loopback address is refused after one look-up", async () => {
    const server = await serve();
    const lookups: string[] = [];
    const egress = open({
      isListed: nothing,
      resolve: async (name) => {
        lookups.push(name);
        return ["93.184.216.34", "127.0.0.1"];
      },
    });
    const url = server.at("rebind.example");
    const failure = await failureOf(egress.request(get(url, { plainHttp: "anywhere" })));
    expect(failure.kind).toBe("Denied");
    expect(lookups).toEqual(["rebind.example"]);
    expect(server.connections).toBe(0);
  });

  it("a name that would resolve to another address a second time leads to the first alone", async () => {
    const checked = await serve((_, response) => response.end("checked"), { host: "127.0.0.2" });
    const inner = await serve((_, response) => response.end("inner"));
    const answers = [["127.0.0.2"], ["127.0.0.1"]];
    const egress = open({
      isListed: (address) => address === "127.0.0.2",
      resolve: async () => answers.shift() ?? [],
    });
    expect(await textOf(egress.request(get(checked.at("rebind.example"))))).toBe("checked");
    expect(answers).toHaveLength(1);
    // The connection is still there; it is not used for a name that leads elsewhere by now.
    const again = egress.request(get(checked.at("rebind.example")));
    expect((await failureOf(again)).kind).toBe("Denied");
    expect(checked.requests).toHaveLength(1);
    expect(inner.connections).toBe(0);
  });

  it("a connection to where a name led before is not used for where it leads now", async () => {
    const before = await serve((_, response) => response.end("before"), { host: "127.0.0.2" });
    const { port } = before;
    await serve((_, response) => response.end("now"), { host: "127.0.0.3", port });
    const answers = [["127.0.0.2"], ["127.0.0.2"], ["127.0.0.3"]];
    const egress = open({ resolve: async () => answers.shift() ?? [] });
    const ask = () => textOf(egress.request(get(`http://moving.example:${port}/`)));
    expect([await ask(), await ask(), await ask()]).toEqual(["before", "before", "now"]);
    expect(before.connections).toBe(1);
  });

  it("a name is sent as Host, and its addresses are tried one after the other", async () => {
    const server = await serve();
    const resolve = async () => ["127.0.0.3", "127.0.0.1"]; // Nobody listens on the first.
    expect(await textOf(open({ resolve }).request(get(server.at("two.example"))))).toBe("here");
    expect(server.requests[0]?.headers.host).toBe(`two.example:${server.port}`);
  });

  it("a name without addresses, or with too many, is refused", async () => {
    const resolving = (resolve: () => Promise<readonly string[]>) =>
      failureOf(open({ resolve }).request(get("https://name.example/")));
    const unknown = async () => Promise.reject(new Error("ENOTFOUND"));
    expect((await resolving(unknown)).kind).toBe("Unresolved");
    expect((await resolving(async () => [])).kind).toBe("Unresolved");
    const many = Array.from({ length: 65 }, () => "127.0.0.1");
    expect((await resolving(async () => many)).kind).toBe("Denied");
  });

  it("plain HTTP goes to listed addresses alone, and nowhere if the caller says so", async () => {
    const server = await serve();
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await textOf(open().request(get(url)))).toBe("here");
    const never = open().request(get(url, { plainHttp: "never" }));
    expect((await failureOf(never)).kind).toBe("Denied");
    for (const addresses of [["93.184.216.34"], ["127.0.0.1", "93.184.216.34"]]) {
      const unlisted = open({ resolve: async () => addresses }).request(get("http://a.example/"));
      expect((await failureOf(unlisted)).kind).toBe("Denied");
    }
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "data:text/plain,x",
    "gopher://127.0.0.1/",
    "javascript:1",
    "//127.0.0.1/",
    "127.0.0.1",
    "",
    "https://",
    "https://user@host.example/",
    "https://user:secret@host.example/",
    `https://host.example/${"x".repeat(9_000)}`,
  ])("%s is no URL to go to", async (url) => {
    expect((await failureOf(open().request(get(url)))).kind).toBe("Denied");
  });

  it("a refusal names the origin, and neither addresses nor the rest of the URL", async () => {
    const egress = open({ isListed: nothing, resolve: async () => ["10.1.2.3"] });
    const secret = "https://inner.example/path?X-Amz-Signature=hunter2";
    const failure = await failureOf(egress.request(get(secret)));
    expect(failure.message).toBe("https://inner.example is not allowed as a destination");
    expect(String(failure.cause)).toContain("10.1.2.3");
    expect(`${failure.message}${failure.cause}`).not.toContain("hunter2");
  });
});
