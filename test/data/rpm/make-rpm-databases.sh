#!/bin/sh
# Makes test/data/rpm/: see README.md there. Needs rpm, rpmbuild and db5.3_load (Debian: rpm, db5.3-util).
# Usage: make-rpm-databases.sh OUTPUT-DIRECTORY
set -eu
out=$(mkdir -p "$1" && cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1700000000

# build NAME VERSION RELEASE FILES [LINES OF THE SPEC]
build() {
  {
    printf 'Name: %s\nVersion: %s\nRelease: %s\nSummary: A package for tests\n' "$1" "$2" "$3"
    printf 'License: MIT and ASL 2.0\nBuildArch: noarch\n%b\n' "${5-}"
    printf '%%description\nA package for tests.\n%%prep\n%%build\n%%install\n'
    for file in $4; do printf 'mkdir -p %%{buildroot}%s; echo %s > %%{buildroot}%s\n' "$(dirname "$file")" "$1" "$file"; done
    printf '%%files\n'
    for file in $4; do echo "$file"; done
  } > "$work/$1.spec"
  rpmbuild -bb --quiet --target noarch-linux --define "_topdir $work/build" --define '_buildhost build.example' \
    --define 'use_source_date_epoch_as_buildtime 1' --define '__os_install_post %{nil}' "$work/$1.spec" 2>> "$work/log" ||
    { cat "$work/log" >&2; exit 1; }
}

many=$(seq -f /usr/share/many/%03g/file-with-a-rather-long-name-to-fill-pages 1 150)
build plain 1.2.3 4.el9 "/usr/bin/plain /usr/share/doc/plain/README" 'Vendor: Example Linux'
build epoch 5.0 1.fc40 "/usr/lib/epoch.so" 'Epoch: 2\nVendor: Example Linux'
build module 18.17.0 2.module_el8+3+abc "/usr/lib/node_modules/npm/package.json" 'ModularityLabel: nodejs:18:820230801:rhel8\nVendor: Example Linux'
build python3-six 1.16.0 5 "/usr/lib/python3.9/site-packages/six-1.16.0.dist-info/METADATA /usr/lib/python3.9/site-packages/six.py" 'Vendor: Example Linux'
build foreign 24.0 3 "/usr/bin/foreign" 'Vendor: Somebody Else'
build bare 0 0 "/opt/bare" ''
build many 1.0 1 "$many" 'Vendor: Example Linux'

database() { rpm --root "$work/sqlite" --define '_db_backend sqlite' --define '_dbpath /db' --nosignature "$@" 2>> "$work/log"; }
mkdir -p "$work/sqlite"
database --initdb
database --nodeps --justdb --noscripts -i "$work"/build/RPMS/noarch/*.rpm
# One that is erased again leaves free pages.
database --nodeps --justdb --noscripts -e plain
database --nodeps --justdb --noscripts -i "$work"/build/RPMS/noarch/plain*.rpm
cp "$work/sqlite/db/rpmdb.sqlite" "$out/rpmdb.sqlite"
database -qa --qf '%{NAME}\t%{EPOCH}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{VENDOR}\t%{MODULARITYLABEL}\n' | LC_ALL=C sort > "$out/packages.tsv"
database -qal | LC_ALL=C sort > "$out/paths.txt"
# rpm cannot write Berkeley DB any more, and Debian's not ndb: these are made of the same headers.
python3 - "$out/rpmdb.sqlite" "$work/dump" "$out/Packages.db" <<'PYTHON'
import sqlite3, struct, sys, zlib
rows = sqlite3.connect(sys.argv[1]).execute("SELECT hnum, blob FROM Packages ORDER BY hnum").fetchall()

with open(sys.argv[2], "w") as dump:
    print("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END", file=dump)
    for key, value in [(0, struct.pack("<I", rows[-1][0]))] + rows:
        print(" " + struct.pack("<I", key).hex() + "\n " + value.hex(), file=dump)
    print("DATA=END", file=dump)

# As rpm 4.18's lib/backend/ndb/rpmpkg.c lays it out: a header, one page of slots, blobs in blocks of 16 bytes.
slots, blobs, block = b"", b"", 4096 // 16
for number, value in rows:
    blob = struct.pack("<4sIII", b"BlbS", number, 1, len(value)) + value
    blob += b"\0" * (-(len(blob) + 12) % 16)
    blob += struct.pack("<II4s", zlib.adler32(blob), len(value), b"BlbE")
    slots += struct.pack("<4sIII", b"Slot", number, block, len(blob) // 16)
    blobs += blob
    block += len(blob) // 16
slots += struct.pack("<4sIII", b"Slot", 0, 0, 0) * ((4096 - 32 - len(slots)) // 16)
with open(sys.argv[3], "wb") as ndb:
    ndb.write(struct.pack("<4sIIII12x", b"RpmP", 0, len(rows), 1, rows[-1][0] + 1) + slots + blobs)
PYTHON
rm -f "$out/Packages"
db5.3_load -f "$work/dump" "$out/Packages"
