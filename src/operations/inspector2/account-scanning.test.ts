import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, TestRegistry } from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import {
  npmAdvisory,
  npmLayer,
  pushLayers,
  settleScans,
} from "../../../test/support/scanned-images.ts";
import { TestAdvisories } from "../../../test/support/scanner.ts";
import { matchAgain } from "../../registry/scanning/match-again.ts";
import { scanImageJob } from "../../workers/scan-image-job.ts";
import { scanRegistry } from "../../workers/scan-registry-job.ts";
import { getRegistryScanningConfiguration } from "../ecr/get-registry-scanning-configuration.ts";
import { putRegistryScanningConfiguration } from "../ecr/put-registry-scanning-configuration.ts";
import { batchGetAccountStatus } from "./batch-get-account-status.ts";
import { disable } from "./disable.ts";
import { enable } from "./enable.ts";
import { getConfiguration } from "./get-configuration.ts";
import { listCoverage } from "./list-coverage.ts";
import { listFindings } from "./list-findings.ts";
import { updateConfiguration } from "./update-configuration.ts";

const dayMs = 24 * 60 * 60 * 1000;
let opened: TestPorts;
let registry: TestRegistry;
let advisories: TestAdvisories;
beforeAll(async () => {
  opened = await testPorts();
  advisories = await TestAdvisories.open();
  await advisories.import(npmAdvisory("CVE-2026-1001", "lodash", "4.17.21"));
  Object.assign(opened.ports, { vulnerabilities: advisories.database });
  registry = new TestRegistry(opened);
  await registry.createRepository("team/app");
  await pushLayers(registry, "team/app", [npmLayer("lodash@4.17.20", "minimist@1.2.5")]);
  await settle();
});
afterAll(async () => {
  await registry.close();
  await advisories.close();
});

const settle = () => settleScans(opened, [scanImageJob, scanRegistry]);
const rematch = () => matchAgain(opened.ports);
const findings = async () => {
  const { findings: found = [] } = await registry.ask(listFindings, {});
  return found.map(({ title, status }) => `${title} ${status}`).toSorted();
};
const status = async () => {
  const { accounts } = await registry.ask(batchGetAccountStatus, {});
  const { scanningConfiguration } = await registry.ask(getRegistryScanningConfiguration, {});
  return [accounts[0]?.resourceState.ecr.status, scanningConfiguration?.scanType];
};
const reason = async () => {
  const { coveredResources } = await registry.ask(listCoverage, {});
  return coveredResources?.at(1)?.scanStatus?.reason;
};

describe("Scanning of an account", () => {
  it("is turned on and off, as the registry's own configuration says", async () => {
    expect(await status()).toEqual(["DISABLED", "BASIC"]);
    expect(await reason()).toBeUndefined();
    const other = "111111111111";
    const asked = { resourceTypes: ["ECR"], accountIds: [account, other] };
    expect(await registry.ask(enable, asked)).toMatchObject({
      accounts: [{ accountId: account, status: "ENABLED", resourceStatus: { ecr: "ENABLED" } }],
      failedAccounts: [{ accountId: other, errorCode: "ACCESS_DENIED" }],
    });
    expect(await status()).toEqual(["ENABLED", "ENHANCED"]);
    for (const resourceTypes of [["EC2"], ["ECR", "LAMBDA"], []]) {
      await expect(registry.ask(enable, { resourceTypes })).rejects.toMatchObject({
        kind: "Validation",
      });
    }
  });

  it("has what was pushed before looked at, once it is on", async () => {
    expect([await findings(), await reason()]).toEqual([[], "PENDING_INITIAL_SCAN"]);
    await settle();
    expect([await findings(), await reason()]).toEqual([
      ["CVE-2026-1001 - lodash ACTIVE"],
      "SUCCESSFUL",
    ]);
  });

  it("leaves rules alone that are there already", async () => {
    const rules = [
      {
        scanFrequency: "CONTINUOUS_SCAN",
        repositoryFilters: [{ filter: "team", filterType: "WILDCARD" }],
      },
    ];
    await registry.ask(putRegistryScanningConfiguration, { scanType: "ENHANCED", rules });
    await registry.ask(enable, { resourceTypes: ["ECR"] });
    const { scanningConfiguration } = await registry.ask(getRegistryScanningConfiguration, {});
    expect(scanningConfiguration?.rules).toEqual(rules);
  });

  it("matches nothing again, and tells nothing, once it is off", async () => {
    await registry.ask(disable, { resourceTypes: ["EC2"] });
    expect(await status()).toEqual(["ENABLED", "ENHANCED"]);
    await registry.ask(disable, {});
    expect(await status()).toEqual(["DISABLED", "BASIC"]);
    await advisories.import(npmAdvisory("CVE-2026-1002", "minimist", "1.2.6"));
    expect(await rematch()).toMatchObject({ matched: 0 });
    expect(await findings()).toEqual([]);
    await registry.ask(enable, { resourceTypes: ["ECR"] });
    expect(await findings()).toEqual(["CVE-2026-1001 - lodash ACTIVE"]);
    expect(await rematch()).toMatchObject({ matched: 1, changed: 1 });
    expect(await findings()).toEqual([
      "CVE-2026-1001 - lodash ACTIVE",
      "CVE-2026-1002 - minimist ACTIVE",
    ]);
  });
});

describe("Findings that are no more", () => {
  it("are told as closed for 30 days, unless they are found again", async () => {
    const withdrawn = { withdrawn: "2026-08-02T00:00:00Z", modified: "2026-08-02T00:00:00Z" };
    await advisories.import(npmAdvisory("CVE-2026-1002", "minimist", "1.2.6", withdrawn));
    await rematch();
    const closed = ["CVE-2026-1001 - lodash ACTIVE", "CVE-2026-1002 - minimist CLOSED"];
    expect(await findings()).toEqual(closed);
    const again = { modified: "2026-08-03T00:00:00Z" };
    await advisories.import(npmAdvisory("CVE-2026-1002", "minimist", "1.2.6", again));
    await rematch();
    expect((await findings())[1]).toBe("CVE-2026-1002 - minimist ACTIVE");
    const gone = { ...withdrawn, modified: "2026-08-04T00:00:00Z" };
    await advisories.import(npmAdvisory("CVE-2026-1002", "minimist", "1.2.6", gone));
    await rematch();
    opened.clock.advance(30 * dayMs - 1);
    expect(await findings()).toEqual(closed);
    opened.clock.advance(1);
    expect(await findings()).toEqual(closed.slice(0, 1));
  });
});

describe("The rescan duration", () => {
  const configure = (rescanDuration: string, more: object = {}) =>
    registry.ask(updateConfiguration, { ecrConfiguration: { rescanDuration, ...more } });

  it("says how long after its push an image is scanned again", async () => {
    expect(await registry.ask(getConfiguration, {})).toMatchObject({
      ecrConfiguration: {
        rescanDurationState: { rescanDuration: "DAYS_14", pullDateRescanDuration: "DAYS_14" },
      },
    });
    expect(await rematch()).toMatchObject({ expired: 1 });
    expect(await reason()).toBe("SCAN_ELIGIBILITY_EXPIRED");
    await configure("DAYS_60");
    await settle();
    expect([await reason(), await rematch()]).toEqual([
      "SUCCESSFUL",
      { matched: 0, opened: 0, changed: 0, expired: 0 },
    ]);
    opened.clock.advance(40 * dayMs);
    expect(await rematch()).toMatchObject({ expired: 1 });
    await configure("LIFETIME", { pullDateRescanDuration: "DAYS_3" });
    await settle();
    opened.clock.advance(4000 * dayMs);
    expect([await reason(), (await rematch()).expired]).toEqual(["SUCCESSFUL", 0]);
    const { ecrConfiguration } = await registry.ask(getConfiguration, { accountId: account });
    expect(ecrConfiguration?.rescanDurationState).toMatchObject({
      ...{ rescanDuration: "LIFETIME", pullDateRescanDuration: "DAYS_3" },
      ...{ pullDateRescanMode: "LAST_PULL_DATE", status: "SUCCESS" },
    });
  });

  it("is refused where it could not act", async () => {
    const invalid = { kind: "Validation" };
    await expect(configure("DAYS_15")).rejects.toMatchObject(invalid);
    const inUse = { pullDateRescanMode: "LAST_IN_USE_AT" };
    await expect(configure("DAYS_14", inUse)).rejects.toMatchObject(invalid);
    await expect(registry.ask(updateConfiguration, {})).rejects.toMatchObject(invalid);
    const ec2 = { ec2Configuration: { scanMode: "EC2_HYBRID" } };
    await expect(registry.ask(updateConfiguration, ec2)).rejects.toMatchObject(invalid);
    const other = { accountId: "111111111111" };
    await expect(registry.ask(getConfiguration, other)).rejects.toMatchObject(invalid);
  });
});
