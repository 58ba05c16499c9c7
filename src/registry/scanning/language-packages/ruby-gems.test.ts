import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named } from "../../../../test/support/analyzed.ts";
import { FileRefused } from "../file-analyzer.ts";
import { gemfileLock } from "./gemfile-lock.ts";
import { rubyGems } from "./ruby-gems.ts";

const path = "usr/local/bundle/specifications/nokogiri-1.16.0-x86_64-linux.gemspec";

const nokogiri = `# -*- encoding: utf-8 -*-
# stub: nokogiri 1.16.0 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "nokogiri".freeze
  s.version = "1.16.0"
  s.platform = "x86_64-linux".freeze

  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if s.respond_to? :required_rubygems_version=
  s.licenses = ["MIT".freeze, 'Ruby'.freeze]
  s.rubygems_version = "3.5.3".freeze
  s.add_runtime_dependency(%q<racc>.freeze, ["~> 1.4".freeze])
end
`;

describe("installed gems", () => {
  it("are wanted below specifications alone", () => {
    expect(rubyGems.wants(layerFile(path, 10))).toBe(true);
    const own = "usr/local/lib/ruby/gems/3.3.0/specifications/default/json-2.7.1.gemspec";
    expect(rubyGems.wants(layerFile(own, 10))).toBe(true);
    expect(rubyGems.wants(layerFile("usr/local/bundle/gems/a-1.0/a.gemspec", 10))).toBe(false);
  });

  it("are told without their platform", () => {
    expect(analyzed(rubyGems, path, nokogiri).packages).toEqual([
      { type: "gem", name: "nokogiri", version: "1.16.0", licenses: ["MIT", "Ruby"] },
    ]);
  });

  it("are told by the stub where the rest is computed, and else refused", () => {
    const computed = `# stub: json 2.7.1 ruby lib\n  s.name = NAME\n  s.version = VERSION\n`;
    expect(named(analyzed(rubyGems, path, computed))).toEqual(["gem json@2.7.1"]);
    const later = `${nokogiri}# stub: other 9.9 ruby lib\n`;
    expect(named(analyzed(rubyGems, path, later))).toEqual(["gem nokogiri@1.16.0"]);
    for (const none of ["", "  s.name = NAME\n", `  s.name = "a"\n`]) {
      expect(() => analyzed(rubyGems, path, none)).toThrow(FileRefused);
    }
  });
});

describe("Gemfile.lock", () => {
  const lock = `GIT
  remote: https://github.com/example/fork.git
  revision: 0123abc
  specs:
    forked (2.0.0.pre.1)

PATH
  remote: .
  specs:
    own (0.1.0)
      rack (>= 2)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.16.0-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.3)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  nokogiri
  own!

BUNDLED WITH
   2.5.3
`;

  it("tells which gems would be installed, but for the project's own", () => {
    expect(gemfileLock.wants(layerFile("app/Gemfile.lock", 10))).toBe(true);
    expect(named(analyzed(gemfileLock, "app/Gemfile.lock", lock))).toEqual([
      "gem forked@2.0.0.pre.1",
      "gem nokogiri@1.16.0",
      "gem racc@1.7.3",
    ]);
  });

  it("is refused if it is none, or a gem has no version", () => {
    expect(() => analyzed(gemfileLock, "Gemfile.lock", "source 'x'\n")).toThrow(FileRefused);
    const bare = lock.replace("racc (1.7.3)", "racc");
    expect(() => analyzed(gemfileLock, "Gemfile.lock", bare)).toThrow("without a version");
  });
});
