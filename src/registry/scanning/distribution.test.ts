import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distributionFiles, distributionOf } from "./distribution.ts";

const osRelease = (...lines: string[]) => ({ "etc/os-release": `${lines.join("\n")}\n` });

describe("the distribution of an image", () => {
  it.each<[string | undefined, ...string[]]>([
    ["Debian:12", "ID=debian", 'VERSION_ID="12"'],
    ["Ubuntu:22.04:LTS", "ID=ubuntu", 'VERSION_ID="22.04"'],
    ["Ubuntu:23.10", "ID=ubuntu", 'VERSION_ID="23.10"'],
    ["Ubuntu:23.04", "ID=ubuntu", 'VERSION_ID="23.04"'],
    ["Alpine:v3.19", "ID=alpine", "VERSION_ID=3.19.1"],
    ["Alpine:edge", "ID=alpine", "VERSION_ID=3.20_alpha20240329"],
    ["AlmaLinux:9", 'ID="almalinux"', 'VERSION_ID="9.4"'],
    ["Rocky Linux:8", 'ID="rocky"', 'VERSION_ID="8.9"'],
    ["Photon OS:5.0", "ID=photon", "VERSION_ID=5.0"],
    ["Azure Linux:3", "ID=azurelinux", 'VERSION_ID="3.0"'],
    ["Azure Linux:2", "ID=mariner", 'VERSION_ID="2.0"'],
    ["Wolfi", "ID=wolfi", 'VERSION_ID="20230201"'],
    ["Chainguard", "ID=chainguard", 'VERSION_ID="20230214"'],
    ["openSUSE:Leap 15.6", 'ID="opensuse-leap"', 'VERSION_ID="15.6"'],
    ["openSUSE:Tumbleweed", 'ID="opensuse-tumbleweed"', 'VERSION_ID="20260101"'],
    ["SUSE:Linux Enterprise Server 15 SP5", 'ID="sles"', 'VERSION_ID="15.5"'],
    ["SUSE:Linux Enterprise Server 12 SP5", 'ID="sles"', 'VERSION_ID="12.5"'],
    [undefined, "ID=centos", 'VERSION_ID="8"', 'NAME="CentOS Stream"'],
    [undefined, "ID=debian", 'PRETTY_NAME="Debian GNU/Linux trixie/sid"'],
    [undefined, "ID=raspbian", 'VERSION_ID="12"', "ID_LIKE=debian"],
    [undefined, "ID=kali", 'VERSION_ID="2024.1"', "ID_LIKE=debian"],
    [undefined, "ID=linuxmint", 'VERSION_ID="21"', 'ID_LIKE="ubuntu debian"'],
    [undefined, 'ID="amzn"', 'VERSION_ID="2023"', 'ID_LIKE="fedora"'],
    [undefined, 'ID="ol"', 'VERSION_ID="9.3"', 'ID_LIKE="fedora"'],
    [undefined, "ID=ubuntu"],
    [undefined, "ID=alpine", "VERSION_ID=3"],
  ])("has its advisories in %s", (ecosystem, ...lines) => {
    const found = distributionOf(osRelease(...lines));
    expect(found?.id).toBeDefined();
    expect(found?.ecosystem).toBe(ecosystem);
  });

  it("is told for people, by identifier and by version", () => {
    const said = osRelease(
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
      "# ID=ubuntu",
      "ID=debian",
      "VERSION_ID='12'",
      "NAME=Debian\\ GNU",
    );
    expect(distributionOf(said)).toEqual({
      id: "debian",
      versionId: "12",
      name: "Debian GNU/Linux 12 (bookworm)",
      ecosystem: "Debian:12",
    });
  });

  it("of Red Hat has an ecosystem for each product, that of the CPE first", () => {
    const said = osRelease(
      'ID="rhel"',
      'VERSION_ID="9.4"',
      'CPE_NAME="cpe:/o:redhat:enterprise_linux:9::baseos"',
    );
    const found = distributionOf(said);
    expect(found?.ecosystem).toBe("Red Hat:enterprise_linux:9::baseos");
    expect(found?.moreEcosystems).toContain("Red Hat:enterprise_linux:9::appstream");
    const centos = distributionOf(osRelease("ID=centos", "VERSION_ID=7", "NAME=CentOS Linux"));
    expect(centos?.ecosystem).toBe("Red Hat:enterprise_linux:7::server");
  });

  it("is that of /usr/lib where /etc says nothing, and of /etc where both do", () => {
    const lib = { "usr/lib/os-release": "ID=wolfi\n" };
    expect(distributionOf(lib)?.id).toBe("wolfi");
    expect(distributionOf({ ...lib, "etc/os-release": "\n" })?.id).toBe("wolfi");
    expect(distributionOf({ ...lib, ...osRelease("ID=alpine") })?.id).toBe("alpine");
  });

  it.each([
    ["etc/alpine-release", "3.4.6\n", "Alpine:v3.4"],
    ["etc/debian_version", "6.0.10\n", "Debian:6"],
    ["etc/debian_version", "wheezy/sid\n", undefined],
    ["etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\n", "Ubuntu:12.04:LTS"],
    ["etc/redhat-release", "CentOS release 6.10 (Final)\n", "Red Hat:enterprise_linux:6::server"],
    ["etc/system-release", "Amazon Linux AMI release 2018.03\n", undefined],
    ["etc/redhat-release", "Fedora release 20 (Heisenbug)\n", undefined],
  ])("is read from %s where there is no os-release: %j", (path, text, ecosystem) => {
    const found = distributionOf({ [path]: text });
    expect(found?.name.length).toBeGreaterThan(0);
    expect(found?.ecosystem).toBe(ecosystem);
  });

  it("is not Debian where an old Ubuntu has Debian's file too", () => {
    const files = { "etc/debian_version": "wheezy/sid", "etc/lsb-release": "DISTRIB_ID=Ubuntu" };
    expect(distributionOf(files)?.id).toBe("ubuntu");
  });

  it("is Alpine's edge only where the main packages are of the edge", () => {
    const host = "https://dl-cdn.alpinelinux.org/alpine";
    const of = (...lines: string[]) =>
      distributionOf({
        ...osRelease("ID=alpine", "VERSION_ID=3.19.1"),
        "etc/apk/repositories": lines.join("\n"),
      })?.ecosystem;
    expect(of(`${host}/edge/main`, `${host}/edge/community`)).toBe("Alpine:edge");
    expect(of(`${host}/v3.19/main`, `@edge ${host}/edge/main`)).toBe("Alpine:v3.19");
    expect(of(`${host}/v3.19/main`, `${host}/edge/testing`)).toBe("Alpine:v3.19");
    expect(of(`#${host}/edge/main`, `${host}/v3.19/main`)).toBe("Alpine:v3.19");
  });

  it("is undefined where nothing says anything, and never fails", () => {
    expect(distributionOf({})).toBeUndefined();
    expect(distributionOf(Object.create({ "etc/os-release": "ID=debian" }))).toBeUndefined();
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...distributionFiles), fc.string()), (files) => {
        distributionOf(files);
      }),
      { numRuns: 300 },
    );
  });

  it("is bounded, however long the file's values are", () => {
    const said = osRelease(`ID=${"x".repeat(60_000)}`, `PRETTY_NAME=${"y".repeat(60_000)}`);
    const found = distributionOf(said);
    expect(found?.id.length).toBeLessThan(300);
    expect(found?.name.length).toBeLessThan(300);
  });
});
