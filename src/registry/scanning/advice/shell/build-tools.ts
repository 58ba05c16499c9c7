const compilers = new Set(
  [
    ["gcc", "g++", "gcc-c++", "gfortran", "clang", "llvm", "build-base", "build-essential", "make"],
    ["gmake", "cmake", "ninja-build", "ninja", "meson", "autoconf", "automake", "libtool", "bison"],
    ["flex", "cargo", "rust", "rustc", "rustup", "go", "golang", "golang-go", "maven", "gradle"],
    ["binutils", "dpkg-dev", "node-gyp", "musl-dev", "libc6-dev", "glibc-devel", "linux-headers"],
    ["cpp", "pkg-config", "pkgconf", "pkgconfig", "ccache", "nasm", "yasm", "alpine-sdk"],
  ].flat(),
);

/** Whether a package of a distribution is there to build others with, and not to run anything. */
export function isBuildTool(name: string): boolean {
  if (compilers.has(name)) return true;
  if (/^(gcc|g\+\+|clang|llvm|golang|cpp|rustc|cargo)-[0-9.]+$/.test(name)) return true;
  return name.endsWith("-dev") || name.endsWith("-devel") || /-jdk(-headless)?$/.test(name);
}

/** Of these, what compiles: headers may come along with what is needed. */
export function isCompiler(name: string): boolean {
  return isBuildTool(name) && !/-dev(el)?$/.test(name) && !["cpp", "binutils"].includes(name);
}
