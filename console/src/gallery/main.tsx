import "./gallery.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { GalleryApp } from "./gallery-app.tsx";

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <GalleryApp />
  </StrictMode>,
);
