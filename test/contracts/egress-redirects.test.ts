import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { LocalServer } from "../support/local-server.ts";
import { egresses, failureOf, get, serve, textOf } from "./egresses.ts";

/** Redirects to what stands in `to`, by path; other paths are answered with "here". */
async function redirecting(to: Record<string, string>, status = 302): Promise<LocalServer> {
  return serve((request, response) => {
    request.resume();
    const location = to[request.url ?? ""];
    if (location === undefined) response.end("here");
    else response.writeHead(status, { location }).end();
  });
}

const secrets = {
  Authorization: "Bearer hunter2",
  Cookie: "session=hunter2",
  "Proxy-Authorization": "Basic hunter2",
  "X-Amz-Security-Token": "hunter2",
  "Private-Token": "hunter2",
  "X-Hook-Signature": "hunter2",
};
const plain = { Accept: "application/json", Range: "bytes=0-1", "User-Agent": "test" };

describe.each(egresses)("Egress $name follows redirects with care: it", ({ open }) => {
  it("follows three, and refuses the fourth", async () => {
    const server = await redirecting({ "/4": "/3", "/3": "/2", "/2": "/1", "/1": "/0" });
    const answer = await open().request(get(`${server.origin}/3`));
    expect(answer.url).toBe(`${server.origin}/0`);
    answer.body.destroy();
    const failure = await failureOf(open().request(get(`${server.origin}/4`)));
    expect(failure.kind).toBe("Redirect");
    await expect.poll(() => server.open).toBe(0);
  });

  it("hands a redirect back to who wants to see it", async () => {
    const server = await redirecting({ "/": "http://10.0.0.1/" });
    const answer = await open().request(get(server.origin, { redirects: "hand back" }));
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe("http://10.0.0.1/");
    answer.body.destroy();
  });

  // Catalogue, 58.
  it.each([
    "http://127.0.0.1",
    "http://0x7f.1",
    "http://[::ffff:7f00:1]",
    "//2130706433",
    "https://127.0.0.1",
  ])("sends nothing to %s when an upstream redirects there", async (target) => {
    const inner = await serve();
    const location = `${target}:${inner.port}/secret`;
    const upstream = await serve(
      (_request, response) => response.writeHead(307, { location }).end(),
      { host: "127.0.0.2" },
    );
    const egress = open({ isListed: (address) => address === "127.0.0.2" });
    const request = egress.request(
      get(upstream.origin, { headers: secrets, plainHttp: "anywhere" }),
    );
    expect((await failureOf(request)).kind).toBe("Denied");
    expect(inner.connections).toBe(0);
  });

  it.each(["ftp://127.0.0.1/", "file:///etc/passwd", "https://user:pw@127.0.0.1/", "http://["])(
    "goes nowhere when an upstream redirects to %s",
    async (location) => {
      const upstream = await redirecting({ "/": location });
      expect((await failureOf(open().request(get(upstream.origin)))).kind).toBe("Denied");
    },
  );

  it("looks a name up anew for each redirect, and checks what it finds", async () => {
    const upstream = await redirecting({});
    upstream.handle = (_request, response) => {
      response.writeHead(302, { location: upstream.at("next.example") }).end();
    };
    const lookups: string[] = [];
    const egress = open({
      resolve: async (name) => {
        lookups.push(name);
        return name === "first.example" ? ["127.0.0.1"] : ["10.0.0.1"];
      },
    });
    const request = egress.request(get(upstream.at("first.example")));
    expect((await failureOf(request)).kind).toBe("Denied");
    expect(lookups).toEqual(["first.example", "next.example"]);
  });

  it("shows another origin no credential, under whatever name, and not on the way back either", async () => {
    const home = await redirecting({});
    const other = await redirecting({ "/": `${home.origin}/back` });
    home.handle = (request, response) => {
      if (request.url === "/back") response.end("here");
      else response.writeHead(302, { location: other.origin }).end();
    };
    await textOf(open().request(get(home.origin, { headers: { ...secrets, ...plain } })));
    const [first, back] = home.requests;
    expect(first?.headers).toMatchObject({
      authorization: "Bearer hunter2",
      cookie: "session=hunter2",
    });
    for (const { headers } of [other.requests[0]!, back!]) {
      expect(JSON.stringify(headers)).not.toContain("hunter2");
      expect(headers).toMatchObject({
        accept: "application/json",
        range: "bytes=0-1",
        "user-agent": "test",
      });
    }
  });

  it("takes another port for another origin, and keeps credentials within one", async () => {
    const server = await redirecting({ "/": "/next" });
    await textOf(open().request(get(server.origin, { headers: secrets })));
    expect(server.requests[1]?.headers.authorization).toBe("Bearer hunter2");
  });

  it.each([
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [303, "POST", "GET"],
    [303, "PUT", "GET"],
    [301, "PUT", "PUT"],
    [302, "DELETE", "DELETE"],
    [307, "POST", "POST"],
    [308, "PATCH", "PATCH"],
    [303, "HEAD", "HEAD"],
  ])("after %i makes of %s a %s", async (status, method, then) => {
    const server = await redirecting({ "/": "/next" }, status);
    const body = method === "HEAD" ? undefined : Buffer.from("bytes");
    await textOf(open().request({ method, url: server.origin, body }));
    expect(server.requests[1]?.method).toBe(then);
    const length = then === "GET" || then === "HEAD" ? undefined : "5";
    expect(server.requests[1]?.headers["content-length"]).toBe(length);
  });

  it("does not send a streamed body twice", async () => {
    const server = await redirecting({ "/": "/next" }, 307);
    const body = Readable.from(["once"]);
    const request = open().request({ method: "PUT", url: server.origin, body });
    expect((await failureOf(request)).kind).toBe("Redirect");
    expect(server.requests).toHaveLength(1);
  });

  it("takes a redirect to nowhere for an answer", async () => {
    const server = await serve((_request, response) => response.writeHead(302).end("where?"));
    expect(await textOf(open().request(get(server.origin)))).toBe("where?");
  });

  it("gives up redirects that take longer together than one request may", async () => {
    const server = await serve((_request, response) => {
      setTimeout(() => response.writeHead(302, { location: "/" }).end(), 60);
    });
    const failure = await failureOf(open().request(get(server.origin, { timeoutMs: 150 })));
    expect(failure.kind).toBe("TimedOut");
  });
});
