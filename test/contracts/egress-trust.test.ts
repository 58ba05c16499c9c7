import { describe, expect, it } from "vitest";
import { CertificateAuthority, thumbprintOf } from "../support/certificate-authority.ts";
import { egresses, failureOf, get, serve, textOf } from "./egresses.ts";

const resolve = async () => ["127.0.0.1"];
const secret = { headers: { authorization: "hunter2" } };
const root = CertificateAuthority.root();

describe.each(egresses)("Egress $name trusts", ({ open }) => {
  it("nobody that no known authority vouches for, and sends nothing there", async () => {
    const server = await serve(undefined, { certificate: root.issue(["127.0.0.1"]) });
    const failure = await failureOf(open().request(get(server.origin, secret)));
    expect(failure.kind).toBe("Untrusted");
    expect(server.requests).toEqual([]);
  });

  it("an authority that it is given, for the names that it vouches for", async () => {
    const certificate = root.issue(["one.example", "127.0.0.1"]);
    const server = await serve(undefined, { certificate });
    const egress = open({ resolve });
    const authorities = [root.certificate];
    for (const url of [server.at("one.example"), server.origin]) {
      expect(await textOf(egress.request(get(url, { authorities })))).toBe("here");
    }
    const other = egress.request(get(server.at("two.example"), { authorities, ...secret }));
    expect((await failureOf(other)).kind).toBe("Untrusted");
    // What one request trusts is not trusted by the next one, although a connection is open.
    expect((await failureOf(egress.request(get(server.origin)))).kind).toBe("Untrusted");
    expect(server.requests.map(({ serverName }) => serverName)).toEqual(["one.example", false]);
    expect(server.requests[0]?.headers.host).toBe(`one.example:${server.port}`);
  });

  it("no authority's certificate that cannot be read", async () => {
    const authorities = ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"];
    const failure = await failureOf(open().request(get("https://127.0.0.1:1/", { authorities })));
    expect(failure.kind).toBe("Untrusted");
  });

  it("whatever NODE_TLS_REJECT_UNAUTHORIZED says", async () => {
    const server = await serve(undefined, { certificate: root.issue(["127.0.0.1"]) });
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      expect((await failureOf(open().request(get(server.origin)))).kind).toBe("Untrusted");
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });
});

describe.each(egresses)("Egress $name, told a thumbprint, trusts", ({ open }) => {
  const intermediate = root.intermediate();
  const names = ["idp.example"];

  /** What comes of a request to a server with this certificate: its answer, or why there is none. */
  async function outcome(
    certificate: { cert: string; key: string },
    thumbprints: readonly string[],
    name = "idp.example",
  ): Promise<string> {
    const server = await serve(undefined, { certificate });
    const request = open({ resolve }).request(get(server.at(name), { thumbprints, ...secret }));
    const result = await textOf(request).catch((error) => `${error.kind}: ${error.message}`);
    if (result !== "here") expect(server.requests).toEqual([]);
    return result.replace(`:${server.port}`, "");
  }
  const mismatch = "Untrusted: the certificate of https://idp.example matches no thumbprint";
  const unverified = "Untrusted: the certificate of https://idp.example is not trusted";

  it("a chain under the authority with that thumbprint, in either case", async () => {
    const shown = root.issue(names, { shown: [root.certificate] });
    expect(await outcome(shown, [root.thumbprint])).toBe("here");
    expect(await outcome(shown, ["0".repeat(40), root.thumbprint.toUpperCase()])).toBe("here");
  });

  it("a chain that ends at an intermediate authority, as servers show it", async () => {
    const shown = intermediate.issue(names, { shown: [intermediate.certificate] });
    expect(await outcome(shown, [intermediate.thumbprint])).toBe("here");
    expect(await outcome(shown, [root.thumbprint])).toBe(mismatch);
  });

  it("a certificate that stands alone", async () => {
    const alone = root.issue(names);
    expect(await outcome(alone, [thumbprintOf(alone.cert)])).toBe("here");
    expect(await outcome(alone, [root.thumbprint])).toBe(mismatch);
  });

  it("nobody with another thumbprint", async () => {
    const shown = root.issue(names, { shown: [root.certificate] });
    expect(await outcome(shown, [CertificateAuthority.root().thumbprint])).toBe(mismatch);
    // Not the top one: a server's own certificate does not stand for its authority.
    expect(await outcome(shown, [thumbprintOf(shown.cert)])).toBe(mismatch);
  });

  it("nobody who only shows the certificate of an authority that did not sign his own", async () => {
    const impostor = CertificateAuthority.root("Impostor").issue(names, {
      shown: [root.certificate],
    });
    expect(await outcome(impostor, [root.thumbprint])).toBe(mismatch);
    // The same name and another key: its issuer looks like the one that was named.
    const twin = CertificateAuthority.root().issue(names, { shown: [root.certificate] });
    expect(["Untrusted", "Unreachable"]).toContain(
      (await outcome(twin, [root.thumbprint])).split(":")[0],
    );
  });

  it("no chain that breaks a rule on its way up", async () => {
    // The root says that it has no authorities below it.
    const shown = intermediate.issue(names, {
      shown: [intermediate.certificate, root.certificate],
    });
    expect(await outcome(shown, [root.thumbprint])).toBe(unverified);
    // A server's certificate is no authority.
    const server = root.issue(["server.example"]);
    expect(
      await outcome(root.issue(names, { shown: [server.cert] }), [thumbprintOf(server.cert)]),
    ).toBe(mismatch);
  });

  it("no other name than the certificate has, and none whose time is over", async () => {
    const shown = { shown: [root.certificate] };
    const other = await outcome(root.issue(names, shown), [root.thumbprint], "other.example");
    expect(other).toBe(unverified.replace("idp", "other"));
    const expired = root.issue(names, { ...shown, notAfter: Date.now() - 60_000 });
    expect(await outcome(expired, [root.thumbprint])).toBe(unverified);
  });

  it("by that request alone: no connection is kept for another one", async () => {
    const certificate = root.issue(names, { shown: [root.certificate] });
    const server = await serve(undefined, { certificate });
    const egress = open({ resolve });
    const pinned = get(server.at("idp.example"), { thumbprints: [root.thumbprint] });
    expect(await textOf(egress.request(pinned))).toBe("here");
    const plain = egress.request(get(server.at("idp.example")));
    expect((await failureOf(plain)).kind).toBe("Untrusted");
  });
});
