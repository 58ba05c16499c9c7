import { useEffect } from "react";

const faulty = "nav[aria-orientation]";

/**
 * On narrow screens the component library gives the bar with the closed navigation an orientation, which
 * a `nav` has none of (ARIA 1.2, "navigation"; axe: aria-allowed-attr). It is taken away whenever the
 * library puts the bar there.
 */
export function useMendedNavigation(): void {
  useEffect(() => {
    const mend = () => {
      for (const bar of document.querySelectorAll(faulty)) bar.removeAttribute("aria-orientation");
    };
    mend();
    const observer = new MutationObserver(mend);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, []);
}
