import type { LintRule } from "../lint-finding.ts";

/** A shell in front of the service gets the signals, and does not pass them on. */
export const shellFormCommand: LintRule = {
  id: "shell-form-command",
  summary: "The command of the image is a shell's",
  check(linted) {
    return ["ENTRYPOINT", "CMD"].flatMap((name) => {
      const at = linted.inEffect(name);
      // `exec` puts the service in the shell's place.
      if (at === undefined || at.json !== undefined || /^exec\s/.test(at.text)) return [];
      const isBroken = at.text.startsWith("[");
      return [
        {
          at,
          severity: isBroken ? ("medium" as const) : ("low" as const),
          title: isBroken ? `${name} is no JSON, and is a shell's` : `${name} is in shell form`,
          reason: isBroken
            ? "It looks like the exec form, but is not JSON: a shell gets it as it is, brackets and all."
            : "A shell is process 1 and does not pass signals on: `docker stop` waits ten seconds, and then kills.",
          fix: `The exec form, with double quotes: \`${name} ["program", "argument"]\`.`,
        },
      ];
    });
  },
};
