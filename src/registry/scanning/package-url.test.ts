import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Distribution } from "./distribution.ts";
import type { FoundPackage, PackageType } from "./found-package.ts";
import { formatPackageUrl, packageOfUrl, packageUrl, parsePackageUrl } from "./package-url.ts";

const debian: Distribution = { id: "debian", versionId: "12", name: "Debian" };
const rhel: Distribution = { id: "rhel", versionId: "9.4", name: "Red Hat" };
const wolfi: Distribution = { id: "wolfi", name: "Wolfi" };

describe("the URL of a package", () => {
  it.each<[string, FoundPackage, Distribution?]>([
    [
      "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12",
      { type: "deb", name: "openssl", version: "3.0.11-1~deb12u2", architecture: "amd64" },
      debian,
    ],
    [
      "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=debian-12",
      { type: "deb", name: "attr", version: "1:2.4.47-2+b1", architecture: "amd64" },
      debian,
    ],
    [
      "pkg:rpm/redhat/bind-libs@9.16.23-1.el9?arch=x86_64&distro=rhel-9.4&epoch=32",
      { type: "rpm", name: "bind-libs", version: "32:9.16.23-1.el9", architecture: "x86_64" },
      rhel,
    ],
    [
      "pkg:apk/wolfi/glibc@2.38-r1?arch=x86_64&distro=wolfi",
      { type: "apk", name: "glibc", version: "2.38-r1", architecture: "x86_64" },
      wolfi,
    ],
    ["pkg:deb/curl@7.50.3-1", { type: "deb", name: "curl", version: "7.50.3-1" }],
    [
      "pkg:npm/%40angular/animation@12.3.1",
      { type: "npm", namespace: "@angular", name: "animation", version: "12.3.1" },
      debian,
    ],
    ["pkg:npm/JSONStream@1.3.5", { type: "npm", name: "JSONStream", version: "1.3.5" }],
    [
      "pkg:golang/github.com/burntsushi/toml@1.3.2%2Bincompatible",
      { type: "golang", name: "github.com/BurntSushi/toml", version: "1.3.2+incompatible" },
    ],
    ["pkg:golang/stdlib@1.22.3", { type: "golang", name: "stdlib", version: "1.22.3" }],
    [
      "pkg:maven/HTTPClient/HTTPClient@0.3-3",
      { type: "maven", namespace: "HTTPClient", name: "HTTPClient", version: "0.3-3" },
    ],
    [
      "pkg:maven/mygroup/myartifact@1.0.0%20Final",
      { type: "maven", namespace: "mygroup", name: "myartifact", version: "1.0.0 Final" },
    ],
    [
      "pkg:pypi/django-package@1.11.1.dev1",
      { type: "pypi", name: "Django_.package", version: "1.11.1.dev1" },
    ],
    [
      "pkg:composer/laravel/laravel@5.5.0",
      { type: "composer", namespace: "Laravel", name: "Laravel", version: "5.5.0" },
    ],
    ["pkg:gem/ruby-advisory-db-check@0.12.4", gem("ruby-advisory-db-check", "0.12.4")],
    [
      "pkg:nuget/EnterpriseLibrary.Common@6.0.1304",
      { type: "nuget", name: "EnterpriseLibrary.Common", version: "6.0.1304" },
    ],
    ["pkg:cargo/structopt@0.3.11", { type: "cargo", name: "structopt", version: "0.3.11" }],
    ["pkg:conda/absl-py@0.4.1", { type: "conda", name: "absl-py", version: "0.4.1" }],
    [
      "pkg:bitnami/wordpress@6.2.0-1?arch=arm64",
      { type: "bitnami", name: "WordPress", version: "6.2.0-1", architecture: "arm64" },
    ],
  ])("is %s", (url, found, distribution) => {
    expect(packageUrl(found, distribution)).toBe(url);
  });

  it("gives back the package that it was made of", () => {
    const type = fc.constantFrom<PackageType>(
      "apk",
      "bitnami",
      "cargo",
      "composer",
      "conda",
      "deb",
    );
    const more = fc.constantFrom<PackageType>("gem", "golang", "maven", "npm", "nuget", "rpm");
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
    const word = text.filter((one) => !one.includes("/") && one === one.toLowerCase());
    fc.assert(
      fc.property(
        fc.oneof(type, more),
        word,
        word,
        word,
        word,
        (kind, space, name, version, arch) => {
          const isSystem = kind === "deb" || kind === "apk" || kind === "rpm";
          const found: FoundPackage = {
            type: kind,
            ...(kind === "maven" || kind === "npm" || kind === "composer"
              ? { namespace: space }
              : {}),
            name: kind === "golang" ? `${space}/${name}` : name,
            version: isSystem ? `7:${version}` : version,
            ...(isSystem || kind === "bitnami" ? { architecture: arch } : {}),
          };
          const url = packageUrl(found, debian);
          const parsed = parsePackageUrl(url);
          expect(parsed && packageOfUrl(parsed), url).toEqual(found);
          expect(parsed && formatPackageUrl(parsed)).toBe(url);
          expect(/^[\x21-\x7e]+$/.test(url)).toBe(true);
        },
      ),
      { numRuns: 250 },
    );
  });
});

/** Examples of purl-spec's own test suite (MIT). */
describe("package URLs of the specification", () => {
  it.each([
    ["pkg:maven/org.apache.commons/io@1.3.4"],
    ["pkg:maven/org.apache.commons/io"],
    [
      "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations",
      "pkg:GOLANG/google.golang.org/genproto@abcdedf#/googleapis/api/annotations/",
    ],
    [
      "pkg:github/Package-url/purl-Spec@244fd47e07d1004f0aed9c",
      "pkg:github/Package-url/purl-Spec@244fd47e07d1004f0aed9c",
    ],
    ["pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie"],
    ["pkg:deb/debian/attr@1:2.4.47-2?arch=source"],
    ["pkg:docker/customer/dockerimage@sha256:244fd47e07d1004f0aed9c?repository_url=gcr.io"],
    ["pkg:gem/jruby-launcher@1.1.2?platform=java", "pkg:gem/jruby-launcher@1.1.2?Platform=java"],
    [
      "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?classifier=sources&repository_url=repo.spring.io%2Frelease",
      "pkg:Maven/org.apache.xmlgraphics/batik-anim@1.9.1?repositorY_url=repo.spring.io/release&classifier=sources",
    ],
    ["pkg:npm/%40angular/animation@12.3.1"],
    ["pkg:nuget/EnterpriseLibrary.Common@6.0.1304", "pkg:Nuget/EnterpriseLibrary.Common@6.0.1304"],
    ["pkg:pypi/django-package@1.11.1.dev1", "pkg:PYPI/Django_package@1.11.1.dev1"],
    [
      "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25",
      "pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25",
    ],
    ["pkg:maven/org.apache.commons/io", "pkg:///maven/org.apache.commons/io"],
    ["pkg:maven/mygroup/myartifact@1.0.0%20Final?mykey=my%20value"],
    [
      "pkg:generic/openssl@1.1.10g?checksum=sha1:ad9503c3e994a4f%2Csha256:41bf9088b3a1e6c1ef1d",
      "pkg:generic/openssl@1.1.10g?checksum=sha1:ad9503c3e994a4f,sha256:41bf9088b3a1e6c1ef1d",
    ],
    [
      "pkg:npm/packageurl-js@0.0.7?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fpackage-url%2Fpackageurl-js.git",
      "pkg:npm/packageurl-js@0.0.7?vcs_url=git%2Bhttps%3A%2F%2Fgithub.com%2Fpackage-url%2Fpackageurl-js.git",
    ],
    ["pkg:golang/a/b#c/d", "pkg:golang/a/b#./c/../d"],
  ])("%s is canonical", (canonical, written = canonical) => {
    const parsed = parsePackageUrl(written);
    expect(parsed && formatPackageUrl(parsed)).toBe(canonical);
  });

  it.each([
    ["EnterpriseLibrary.Common@6.0.1304"],
    ["pkg:EnterpriseLibrary.Common@6.0.1304"],
    ["pkg:maven/@1.3.4"],
    ["pkg:maven/org.apache.commons/"],
    ["pkg:n&g?inx/nginx@0.8.9"],
    ["pkg:3nginx/nginx@0.8.9"],
    ["pkg:nginx:a/nginx@0.8.9"],
    ["pkg:npm/myartifact@1.0.0?in%20production=true"],
    ["pkg:npm/a?b=1&B=2"],
    ["pkg:npm/a?b"],
    ["pkg%3Amaven/org.apache.commons/io"],
    ["pkg:npm/%E0%A4%A"],
    ["pkg:npm/a%2Fb@1"],
    [`pkg:npm/${"a".repeat(5000)}`],
    [""],
  ])("%s is refused", (text) => {
    expect(parsePackageUrl(text)).toBeUndefined();
  });

  it("are taken apart, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parsePackageUrl(`pkg:${text}`);
        const written = parsed && formatPackageUrl(parsed);
        const again = written === undefined ? undefined : parsePackageUrl(written);
        expect(again && formatPackageUrl(again)).toBe(written);
      }),
      { numRuns: 400 },
    );
  });
});

describe("a package that an SBOM names", () => {
  it.each<[string, FoundPackage | undefined]>([
    [
      "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&upstream=openssl&distro=debian-12",
      {
        ...{ type: "deb", name: "libssl3", version: "3.0.11-1", architecture: "amd64" },
        source: { name: "openssl", version: "3.0.11-1" },
      },
    ],
    [
      "pkg:deb/debian/gcc-12-base@12.2.0-14%2Bb1?upstream=gcc-12%4012.2.0-14",
      {
        ...{ type: "deb", name: "gcc-12-base", version: "12.2.0-14+b1" },
        source: { name: "gcc-12", version: "12.2.0-14" },
      },
    ],
    ["pkg:deb/debian/vim@9.0-1?epoch=2", { type: "deb", name: "vim", version: "2:9.0-1" }],
    [
      "pkg:golang/github.com/BurntSushi/toml@v1.3.2",
      { type: "golang", name: "github.com/BurntSushi/toml", version: "v1.3.2" },
    ],
    ["pkg:generic/openssl@1.1.10g", undefined],
    ["pkg:npm/foobar", undefined],
  ])("%s", (url, found) => {
    const parsed = parsePackageUrl(url);
    expect(parsed).toBeDefined();
    expect(parsed && packageOfUrl(parsed)).toEqual(found);
  });
});

function gem(name: string, version: string): FoundPackage {
  return { type: "gem", name, version };
}
