import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { CertificateAuthority } from "../../../test/support/certificate-authority.ts";
import { SyslogServer } from "../../../test/support/syslog-server.ts";
import type { AuditEntry } from "../../registry/audit/audit-entry.ts";
import type { AccountId, Region } from "../../registry/names.ts";
import { type MessageOptions, syslogMessage } from "./syslog-message.ts";
import { type SyslogOptions, SyslogReceiver } from "./syslog-receiver.ts";

const options = { facility: "audit", hostname: "registry.example.com", maxBytes: 65_536 } as const;
const never = new AbortController().signal;

function entry(change: Partial<AuditEntry["action"]> = {}, userAgent = "docker"): AuditEntry {
  return {
    ...{ kind: "data-write", id: "8c5b11a4-6f08-4a0e-9d3c-6a3c1c6f9f10", requestId: "r" },
    registry: { account: "000000000000" as AccountId, region: "us-east-1" as Region },
    at: Date.UTC(2026, 10, 28, 12, 30, 15, 123),
    actor: {
      userIdentity: { type: "IAMUser", userName: 'ann"] \\ evil', arn: "arn:aws:iam::1:user/ann" },
      ...{ sourceIPAddress: "10.0.0.1", userAgent },
    },
    action: {
      ...{ eventSource: "ecr.amazonaws.com", eventName: "PutImage", eventType: "AwsApiCall" },
      ...{ readOnly: false, requestParameters: { imageTag: "v1" }, ...change },
    },
  };
}

const message = (of: AuditEntry, change: Partial<MessageOptions> = {}) =>
  syslogMessage(of, { ...options, ...change }).toString();
const recordOf = (text: string) => JSON.parse(text.slice(text.indexOf("] {") + 2));

it("writes a record as RFC 5424 has it", () => {
  expect(message(entry())).toMatch(
    /^<109>1 2026-11-28T12:30:15\.123Z registry\.example\.com entrepot - data-write \[entrepot@32473 eventID="8c5b11a4-[^"]*" account="000000000000" region="us-east-1" eventSource="ecr\.amazonaws\.com" eventName="PutImage" user="ann\\"\\\] \\\\ evil" sourceIPAddress="10\.0\.0\.1"\] \{"eventVersion":"1\.11",.*\}$/,
  );
  expect(message(entry({ readOnly: true }))).toMatch(/^<110>1 /);
  expect(message(entry({ errorCode: "AccessDenied" }), { facility: "local7" })).toMatch(
    /^<188>1 .* errorCode="AccessDenied"\] /,
  );
});

it("lets nothing that a client says begin another message, or leave ASCII", () => {
  const hostile = "x\n<34>1 - - - - - - forged\r\0\u2028\u0085é😀\x7f";
  const text = message(entry({ requestParameters: { [hostile]: hostile } }, hostile));
  expect(text).toMatch(/^[\x20-\x7e]+$/);
  expect(recordOf(text)).toMatchObject({
    ...{ userAgent: hostile, requestParameters: { [hostile]: hostile } },
  });
  const evil = { ...entry(), actor: { ...entry().actor, sourceIPAddress: "1\n2" } };
  expect(message(evil)).toContain('sourceIPAddress="1?2"');
});

it("shortens what is too long to JSON that says what it lacks", () => {
  const long = entry({ requestParameters: { text: "é".repeat(50_000) } });
  const text = message(long, { maxBytes: 8_192 });
  expect(text.length).toBeLessThanOrEqual(8_192);
  expect(recordOf(text)).toMatchObject({ eventName: "PutImage", omitted: ["requestParameters"] });
  const longer = message(entry({}, "\n".repeat(5_000)), { maxBytes: 1_024 });
  expect(longer.length).toBeLessThanOrEqual(1_024);
  expect(recordOf(longer).omitted).toContain("userAgent");
});

it("sends frames over TLS to a server that it is told to trust, and to no other", async () => {
  const authority = CertificateAuthority.root();
  const server = await SyslogServer.start(authority.issue(["127.0.0.1", "localhost"]));
  const directory = await mkdtemp(join(tmpdir(), "entrepot-syslog-"));
  onTestFinished(async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  });
  const caFile = join(directory, "ca.pem");
  await writeFile(caFile, authority.certificate);
  const to = { ...options, protocol: "tls", host: "localhost", port: server.port } as const;
  const entries = Array.from({ length: 300 }, () => entry());
  expect(await new SyslogReceiver({ ...to, caFile }).send(entries, never)).toBe(0);
  expect(server.messages).toEqual(entries.map((each) => message(each)));
  await expect(new SyslogReceiver(to).send(entries, never)).rejects.toMatchObject({
    code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/),
  });
});

it("sends a datagram for each record, and notices where nobody listens", async () => {
  const server = createSocket("udp4").bind(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  const got: string[] = [];
  const all = new Promise<void>((resolve) => {
    server.on("message", (datagram) => {
      got.push(datagram.toString());
      if (got.length === 3) resolve();
    });
  });
  const to: SyslogOptions = { ...options, protocol: "udp", host: "127.0.0.1", port };
  await new SyslogReceiver(to).send([entry(), entry(), entry()], never);
  await all;
  expect(got).toEqual([1, 2, 3].map(() => message(entry())));
  server.close();
  await once(server, "close");
  await expect(new SyslogReceiver(to).send([entry(), entry()], never)).rejects.toMatchObject({
    code: "ECONNREFUSED",
  });
});
