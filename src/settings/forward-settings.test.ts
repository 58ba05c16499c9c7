import { expect, it } from "vitest";
import { loadConfig } from "../config.ts";

const syslog = (value: string) =>
  loadConfig({ environment: { ENTREPOT_AUDIT_SYSLOG: value }, directory: "/none" }).auditSyslog;
const otlp = (value: string) =>
  loadConfig({ environment: { ENTREPOT_AUDIT_OTLP: value }, directory: "/none" }).auditOtlp;

it("reads receivers of audit records, and says what is wrong with one", () => {
  expect(syslog("udp://logs:514")).toEqual({
    ...{ protocol: "udp", host: "logs", port: 514, facility: "audit", maxBytes: 8_192 },
  });
  expect(syslog("tls://[::1]:6514?facility=local4&bytes=9000&ca=/ca.pem")).toEqual({
    ...{ protocol: "tls", host: "::1", port: 6514, facility: "local4", maxBytes: 9_000 },
    caFile: "/ca.pem",
  });
  for (const [value, sentence] of [
    ["http://logs:514", "must be like udp://host:514"],
    ["tcp://logs", "must be like udp://host:514"],
    ["tcp://logs:514/path", "must be like udp://host:514"],
    ["tcp://me:secret@logs:514", "must not hold a password"],
    ["tcp://logs:514?ca=/x", 'has the option "ca"; tcp knows facility, bytes'],
    ["tls://logs:514?cert=/x", "has one of cert and key"],
    ["tcp://logs:514?facility=kern", 'has the facility "kern"'],
    ["udp://logs:514?bytes=100000", "has bytes that are not from 1024 to 65000"],
  ] as const) {
    expect(() => syslog(value), value).toThrow(sentence);
  }
  expect(otlp("http://127.0.0.1:4318/v1/logs")).toBe("http://127.0.0.1:4318/v1/logs");
  expect(() => otlp("grpc://x")).toThrow("must be a URL like");
  expect(() => otlp("http://me:x@host/v1/logs")).toThrow("must not hold a password");
});
