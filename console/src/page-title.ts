import { useEffect } from "react";
import { messages } from "./messages.ts";

/** The title of the page, in the browser's tab too. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – ${messages.product}`;
  }, [title]);
}
