import { type RefObject, useEffect } from "react";
import { NavigationType, useLocation, useNavigationType } from "react-router";

/** The page that was shown last: none before the first, which nobody was led to from here. */
let last: string | undefined;

/** The page that an address belongs to: tabs of a repository are one page, images have their own. */
export function pageOf(pathname: string): string {
  return pathname.replace(/^(\/r\/.+\/-)\/(?!i\/).*$/, "$1");
}

/**
 * Who goes to another page stands at its heading, as after a page is loaded: readers of the screen tell
 * it, the Tab key goes on from there, and the page is seen from its top. A page that is loaded, another
 * tab and another query of the same page leave the focus where it is, and so does a page that has put it
 * into a field of its own. WCAG 2.1, 2.4.3.
 */
export function useHeadingFocus(content: RefObject<HTMLElement | null>): void {
  const page = pageOf(useLocation().pathname);
  const isNew = useNavigationType() !== NavigationType.Pop;
  useEffect(() => {
    const before = last;
    last = page;
    if (before === undefined || before === page) return;
    if (content.current?.contains(document.activeElement) === true) return;
    const heading = content.current?.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
    if (isNew) scrollTo(0, 0); // On the way back the browser knows where somebody was.
  }, [page, isNew, content]);
}
