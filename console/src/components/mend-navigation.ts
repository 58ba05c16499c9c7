import { useEffect } from "react";

const faulty = "nav[aria-orientation]";
/** The first is the page's own. */
const headings = "main h1";

/**
 * Of a wizard's step the component library makes a heading of the first level, beside the page's: readers
 * of the screen are told that it is of the second. And on narrow screens it gives the bar with the closed
 * navigation an orientation, which a `nav` has none of (ARIA 1.2, "navigation"; axe: aria-allowed-attr). It
 * is taken away whenever the library puts the bar there.
 */
export function useMendedNavigation(): void {
  useEffect(() => {
    const mend = () => {
      for (const bar of document.querySelectorAll(faulty)) bar.removeAttribute("aria-orientation");
      const [, ...inner] = document.querySelectorAll(headings);
      for (const heading of inner) heading.setAttribute("aria-level", "2");
    };
    mend();
    const observer = new MutationObserver(mend);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, []);
}
