import "./gallery.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { GalleryApp } from "./gallery-app.tsx";

// A text that nests too deep is shown another way, and no fault of the page.
const options = { onCaughtError: () => undefined };
createRoot(document.getElementById("root") as HTMLElement, options).render(
  <StrictMode>
    <GalleryApp />
  </StrictMode>,
);
