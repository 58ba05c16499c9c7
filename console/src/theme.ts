import { applyMode, Mode } from "@cloudscape-design/global-styles";

/** What somebody chose: it is no secret, so it outlives the page. */
export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const key = "entrepot-theme";
const listeners = new Set<() => void>();
const system = matchMedia("(prefers-color-scheme: dark)");

export function currentTheme(): Theme {
  const stored = localStorage.getItem(key);
  return themes.find((theme) => theme === stored) ?? "system";
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function applyTheme(): void {
  const theme = currentTheme();
  const isDark = theme === "dark" || (theme === "system" && system.matches);
  applyMode(isDark ? Mode.Dark : Mode.Light);
}

system.addEventListener("change", applyTheme);
