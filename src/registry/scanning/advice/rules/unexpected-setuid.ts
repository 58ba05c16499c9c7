import type { LayerFile } from "../../layer-file.ts";
import type { ReviewRule } from "../review-rule.ts";

/** Programs that distributions themselves install with these bits: login, mounts, mail, terminals. */
const known = new Set(
  [
    ["chage", "chfn", "chsh", "expiry", "gpasswd", "mount", "newgidmap", "newgrp", "newuidmap"],
    ["passwd", "pkexec", "su", "sudo", "sudoedit", "umount", "unix_chkpwd", "unix_update", "wall"],
    ["write", "bsd-write", "crontab", "at", "ssh-agent", "ssh-keysign", "pam_timestamp_check"],
    ["dbus-daemon-launch-helper", "polkit-agent-helper-1", "fusermount", "fusermount3", "bbsuid"],
    ["ntfs-3g", "mount.nfs", "mount.cifs", "pam_extrausers_chkpwd", "dotlockfile", "utempter"],
    [
      "userhelper",
      "usernetctl",
      "postdrop",
      "postqueue",
      "locate",
      "mlocate",
      "plocate",
      "lockfile",
    ],
    ["chrome-sandbox", "snap-confine", "netreport", "lockspool", "ping", "ping6", "arping", "doas"],
  ].flat(),
);
const systemPlaces = /^(usr\/)?(bin|sbin|lib|lib64|libexec)\//;

/** A program that runs as its owner, whoever starts it, and that no distribution is known to bring. */
export const unexpectedSetuid: ReviewRule = {
  id: "unexpected-setuid",
  review(image) {
    return image.visible.flatMap(({ file, layerDiffId }) => {
      if (!isSetuid(file)) return [];
      const isOpen = (file.mode & 0o022) !== 0;
      if (!isOpen && (isKnown(file.path) || image.isOwned(file.path))) return [];
      const bit = (file.mode & 0o4000) !== 0 ? "setuid" : "setgid";
      const owner = bit === "setuid" ? idText("user", file.userId) : idText("group", file.groupId);
      const open = isOpen ? " Others than its owner can write to it, too." : "";
      return [
        {
          severity: isOpen || (bit === "setuid" && file.userId === 0) ? "high" : "medium",
          title: `/${file.path} is a ${bit} program`,
          reason: `Whoever starts it has the rights of the ${owner}, and it is none that distributions install so.${open}`,
          fix: `Take the bit away: \`RUN chmod a-s /${file.path}\`, in the RUN that installs it; or run containers with \`--security-opt no-new-privileges\`.`,
          layerDiffId,
          path: file.path,
        } as const,
      ];
    });
  },
};

/** Bits of directories mean something else; setgid without a right to execute is a lock. */
function isSetuid({ kind, mode }: LayerFile): boolean {
  if (kind !== "file" && kind !== "hardlink") return false;
  return (mode & 0o6000) !== 0 && (mode & 0o111) !== 0;
}

function isKnown(path: string): boolean {
  return systemPlaces.test(path) && known.has(path.slice(path.lastIndexOf("/") + 1));
}

function idText(kind: string, id: number): string {
  return id === 0 ? `${kind} root` : `${kind} ${id}`;
}
